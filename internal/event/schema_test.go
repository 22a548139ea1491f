package event_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"brood/internal/event"
	"brood/internal/event/eventtest"
)

// TestSchemaHasAll: each field and kind of an event, and no other.
func TestSchemaHasAll(t *testing.T) {
	var schema struct {
		Properties map[string]struct{ Enum []string }
	}
	if err := json.Unmarshal([]byte(event.Schema), &schema); err != nil {
		t.Fatal(err)
	}
	want := []string{"dest_base64", "file_base64", "source_base64"}
	for _, of := range []reflect.Type{reflect.TypeFor[event.Event](), reflect.TypeFor[event.Totals]()} {
		for i := range of.NumField() {
			if name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ","); name != "" {
				want = append(want, name)
			}
		}
	}
	var got []string
	for name := range schema.Properties {
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("properties %v, want %v", got, want)
	}
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, kind := range regexp.MustCompile(`Kind = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		kinds = append(kinds, kind[1])
	}
	if !slices.Equal(schema.Properties["kind"].Enum, kinds) {
		t.Errorf("kinds %v, want %v", schema.Properties["kind"].Enum, kinds)
	}
}

// TestSchema: what an event must have, and what nothing can be.
func TestSchema(t *testing.T) {
	schema := eventtest.Schema(t)
	for line, valid := range map[string]bool{
		`{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":1,"ppid":2,"version":1}`:                              true,
		`{"time":"2026-03-01T12:00:00.123456789+01:00","kind":"progress","name":"a","pid":1,"file":"f"}`:           true,
		`{"time":"2026-03-01T12:00:00Z","kind":"exited","name":"a","pid":1,"exitcode":0}`:                          true,
		`{"time":"2026-03-01T12:00:00Z","kind":"exited","name":"a","pid":1}`:                                       false,
		`{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":1,"ppid":2}`:                                          false,
		`{"time":"yesterday","kind":"stopping"}`:                                                                   false,
		`{"kind":"stopping"}`:                                                                                      false,
		`{"time":"2026-03-01T12:00:00Z","kind":"sung"}`:                                                            false,
		`{"time":"2026-03-01T12:00:00Z","kind":"progress","name":"a","pid":1,"file":"f","phase":"dancing"}`:        false,
		`{"time":"2026-03-01T12:00:00Z","kind":"progress","name":"a","pid":1,"file":"f","bytes":"many"}`:           false,
		`{"time":"2026-03-01T12:00:00Z","kind":"finished","files":1,"bytes":1,"duration":1,"links":0,"skipped":0}`: false,
		`[]`: false,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != valid {
			t.Errorf("%s: %v, want valid %v", line, err, valid)
		}
	}
}

// TestSchemaHasEachRecord: all that was recorded, of copies that went wrong, too, and of lessons, is as the schema has it.
func TestSchemaHasEachRecord(t *testing.T) {
	records, err := filepath.Glob("../report/testdata/*.jsonl")
	if err != nil || len(records) < 4 {
		t.Fatalf("records %q, %v", records, err)
	}
	for _, file := range records {
		t.Run(filepath.Base(file), func(t *testing.T) {
			record, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			eventtest.Validate(t, record)
		})
	}
}
