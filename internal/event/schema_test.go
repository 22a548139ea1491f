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
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"brood/internal/event"
	"brood/internal/event/eventtest"
)

// typeOf returns the type of a field of Event or Totals, as Fields names it.
func typeOf(f reflect.StructField) event.Type {
	switch {
	case f.Name == "File", f.Name == "Source", f.Name == "Dest":
		return event.TypePath
	case f.Type == reflect.TypeFor[event.Paths]():
		return event.TypePaths
	case f.Type == reflect.TypeFor[time.Time]():
		return event.TypeTime
	case f.Type.Kind() == reflect.Slice:
		return event.TypeList
	case f.Type.Kind() == reflect.Map:
		return event.TypeCounts
	case f.Type.Kind() == reflect.String:
		return event.TypeString
	case f.Type.Kind() == reflect.Bool:
		return event.TypeBoolean
	case f.Type.Kind() == reflect.Float64:
		return event.TypeNumber
	}
	return event.TypeInteger
}

// TestFields compares the table of fields with the Go fields.
func TestFields(t *testing.T) {
	want := map[string]event.Type{}
	for _, of := range []reflect.Type{reflect.TypeFor[event.Event](), reflect.TypeFor[event.Totals]()} {
		for i := range of.NumField() {
			if name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ","); name != "" {
				want[name] = typeOf(of.Field(i))
			}
		}
	}
	got := map[string]event.Type{}
	for _, f := range event.Fields() {
		if _, twice := got[f.Name]; twice {
			t.Errorf("%s has two rows", f.Name)
		}
		got[f.Name] = f.Type
		if f.Meaning == "" || !strings.HasSuffix(f.Meaning, ".") {
			t.Errorf("%s: the meaning %q is not a sentence", f.Name, f.Meaning)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the table has %v, the Go types have %v", got, want)
	}
}

// TestKinds checks that the table has each kind, and fields that are in the other table.
func TestKinds(t *testing.T) {
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	var want, got, fields []string
	for _, kind := range regexp.MustCompile(`Kind = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		want = append(want, kind[1])
	}
	for _, f := range event.Fields() {
		fields = append(fields, f.Name)
	}
	used := []string{"time", "kind"}
	for _, k := range event.Kinds() {
		got = append(got, string(k.Kind))
		if !strings.HasSuffix(k.When, ".") {
			t.Errorf("%s: %q is not a sentence", k.Kind, k.When)
		}
		names := slices.Concat(k.Required, k.Optional)
		for i, name := range names {
			if !slices.Contains(fields, name) || slices.Contains(names[:i], name) {
				t.Errorf("%s: no such field, or twice: %q", k.Kind, name)
			}
		}
		for _, name := range k.OneOf {
			if !slices.Contains(k.Optional, name) {
				t.Errorf("%s: %q is not optional", k.Kind, name)
			}
		}
		used = append(used, names...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table has the kinds %v, the constants are %v", got, want)
	}
	for _, name := range fields {
		if !slices.Contains(used, name) {
			t.Errorf("no kind has %q", name)
		}
	}
}

// TestManual checks that the manual has a row for each kind and each field.
func TestManual(t *testing.T) {
	manual := event.Manual()
	for _, k := range event.Kinds() {
		if !strings.Contains(manual, "\n| `"+string(k.Kind)+"` | "+k.When) {
			t.Errorf("no row for the kind %s", k.Kind)
		}
	}
	for _, f := range event.Fields() {
		if !strings.Contains(manual, "\n| `"+f.Name+"` | ") {
			t.Errorf("no row for the field %s", f.Name)
		}
	}
	for line := range strings.Lines(manual) {
		if strings.HasPrefix(line, "|") != strings.HasSuffix(line, "|\n") {
			t.Errorf("half a row: %q", line)
		}
	}
}

// TestSchema checks what an event must have, and what it must not have.
func TestSchema(t *testing.T) {
	schema := eventtest.Schema(t)
	const at = `{"time":"2026-03-01T12:00:00Z","kind":`
	for line, valid := range map[string]bool{
		at + `"begun","pid":1,"ppid":2,"version":2}`:                                                        true,
		at + `"begun","pid":1,"ppid":2,"version":2,"source":"a","source_base64":"/w=="}`:                    true,
		at + `"begun","pid":1,"ppid":2,"version":2,"phase":"syncing"}`:                                      false,
		at + `"begun","pid":1,"ppid":2,"version":2,"jobs":2}`:                                               false,
		at + `"begun","pid":1,"ppid":2}`:                                                                    false,
		`{"time":"2026-03-01T12:00:00.123456789+01:00","kind":"progress","name":"a","pid":1,"file":"f"}`:    true,
		at + `"progress","name":"a","pid":1,"file":"f","file_base64":"/w==","phase":"waiting","node":"n1"}`: true,
		at + `"progress","name":"a","pid":1,"file":"f","dest_base64":"/w=="}`:                               false,
		at + `"progress","name":"a","pid":1,"file":"f","phase":"dancing"}`:                                  false,
		at + `"progress","name":"a","pid":1,"file":"f","bytes":"many"}`:                                     false,
		at + `"progress","name":"a","pid":1,"file":"f","bytes":-1}`:                                         false,
		at + `"adjusted","slots":8,"trying":true,"reason":"182 MiB/s with 4"}`:                              true,
		at + `"adjusted","slots":8,"phase":"trying","reason":"182 MiB/s with 4"}`:                           false,
		at + `"submitted","array":"81","tasks":4,"items":12,"size":5}`:                                      true,
		at + `"submitted","array":"81","tasks":4,"files":12}`:                                               false,
		at + `"signalled","pid":2,"sender":1,"signal":"SIGKILL"}`:                                           true,
		at + `"signalled","pid":2,"ppid":1,"signal":"SIGKILL"}`:                                             false,
		at + `"exited","name":"a","pid":1,"exitcode":-9}`:                                                   true,
		at + `"exited","name":"a","pid":1}`:                                                                 false,
		at + `"sung"}`:                                                                                      false,
		`{"time":"yesterday","kind":"stopping"}`:                                                            false,
		`{"kind":"stopping"}`:                                                                               false,
		at + `"stopping"}`:                                                                                  true,
		at + `"finished","files":1,"bytes":1,"duration":1,"links":0,"skipped":0}`:                           false,
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
	if !json.Valid([]byte(event.Schema())) {
		t.Error("the schema is not JSON")
	}
}

// TestSchemaHasEachRecord validates all recorded runs: of copies, also when something failed, of a cluster and of
// lessons.
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
