// Package eventtest checks in tests that events are as the tables of package event say.
//
//	eventtest.Validate(t, record)                                  // the lines of a record
//	stream := event.NewStream(eventtest.Reader(t), run.Apply)      // each event of a stream
package eventtest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
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

// alike is how many lines with the same kind and fields Check validates. A record of thousands of files has few forms
// of lines, and each form costs little.
const alike = 100

// Check returns an error for the first line of the record that the schema does not allow. It ignores a last line
// without an end, because the run may still be writing it, or was killed meanwhile.
func Check(record []byte) error {
	schema, err := compiled()
	if err != nil {
		return err
	}
	seen := map[string]int{}
	for line := range bytes.Lines(record) {
		if line[len(line)-1] != '\n' {
			return nil
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if fields, ok := value.(map[string]any); ok {
			form := fmt.Sprint(fields["kind"], slices.Sorted(maps.Keys(fields)))
			if seen[form]++; seen[form] > alike {
				continue
			}
		}
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			return fmt.Errorf("an event that the schema does not allow: %w\n%s", err, line)
		}
	}
	return nil
}

// Validate fails the test when Check of the record has an error.
func Validate(t testing.TB, record []byte) {
	t.Helper()
	if err := Check(record); err != nil {
		t.Error(err)
	}
}

// Reader returns a reader of events that fails the test for each event that the schema does not allow. It may be
// called from several goroutines.
func Reader(t testing.TB) event.Sink {
	return func(e event.Event) {
		t.Helper()
		var line bytes.Buffer
		if err := event.Write(&line, e); err != nil {
			t.Errorf("write %+v: %v", e, err)
			return
		}
		Validate(t, line.Bytes())
	}
}
