// Package eventtest holds records to their schema, in tests.
package eventtest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"brood/internal/event"
)

// Schema is event.Schema, compiled.
func Schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(event.Schema))
	if err != nil {
		t.Fatal(err)
	}
	const name = "schema.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Validate fails the test for the first line of the record that the schema does not allow. A
// last line without its end is let be: the run may be under way.
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
			t.Errorf("not as the schema has it: %v\n%s", err, line)
			return
		}
	}
}
