// Package eventtest checks in tests that events are as the tables of package event say.
//
//	eventtest.Validate(t, record)                                  // the lines of a record
//	stream := event.NewStream(eventtest.Reader(t), run.Apply)      // each event of a stream
package eventtest

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"brood/internal/event"
)

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(event.Schema()))
	if err != nil {
		return nil, err
	}
	const name = "schema.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, document); err != nil {
		return nil, err
	}
	return c.Compile(name)
})

// Schema returns event.Schema, compiled.
func Schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	schema, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Validate fails the test for the first line of the record that the schema does not allow. It ignores a last line
// without an end, because the run may still be writing it.
func Validate(t testing.TB, record []byte) {
	t.Helper()
	schema := Schema(t)
	for line := range bytes.Lines(record) {
		if line[len(line)-1] != '\n' {
			return
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("an event that the schema does not allow: %v\n%s", err, line)
			return
		}
	}
}

// Reader returns a reader of events that fails the test for each event that the schema does not allow. It may be called
// from several goroutines.
func Reader(t testing.TB) event.Sink {
	t.Helper()
	Schema(t)
	return func(e event.Event) {
		var line bytes.Buffer
		if err := event.Write(&line, e); err != nil {
			t.Errorf("write %+v: %v", e, err)
			return
		}
		Validate(t, line.Bytes())
	}
}
