package event_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"brood/internal/event"
)

// wire is an event for encoding/json: by the tags of the struct, with the exact bytes of names behind it.
type wire struct {
	plain
	FileBase64   []byte `json:"file_base64,omitempty"`
	SourceBase64 []byte `json:"source_base64,omitempty"`
	DestBase64   []byte `json:"dest_base64,omitempty"`

	SourcesBase64 [][]byte `json:"sources_base64,omitempty"`
	CommandBase64 [][]byte `json:"command_base64,omitempty"`
	InputsBase64  [][]byte `json:"inputs_base64,omitempty"`
}

type plain event.Event

// final is Finished, which has these three even when they are zero.
type final struct {
	wire
	Files    int     `json:"files"`
	Bytes    int64   `json:"bytes"`
	Duration float64 `json:"duration"`
}

// readable is event.Readable for several names.
func readable(names event.Paths) (text event.Paths, exact [][]byte) {
	if !slices.ContainsFunc(names, func(name string) bool { return !utf8.ValidString(name) }) {
		return names, nil
	}
	text = slices.Clone(names)
	for i, name := range names {
		text[i], _ = event.Readable(name)
		exact = append(exact, []byte(name))
	}
	return text, exact
}

// encoded returns the line of e as encoding/json makes it, with the escapes of Harmless.
func encoded(e event.Event) (string, error) {
	out := final{wire{plain: plain(e)}, e.Files, e.Bytes, e.Duration}
	out.File, out.FileBase64 = event.Readable(e.File)
	out.Source, out.SourceBase64 = event.Readable(e.Source)
	out.Dest, out.DestBase64 = event.Readable(e.Dest)
	out.Sources, out.SourcesBase64 = readable(e.Sources)
	out.Command, out.CommandBase64 = readable(e.Command)
	out.Inputs, out.InputsBase64 = readable(e.Inputs)
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	var err error
	if e.Totals != nil {
		err = encoder.Encode(out)
	} else {
		err = encoder.Encode(out.wire)
	}
	return string(event.Harmless(line.Bytes())), err
}

// wantEncoded fails the test unless Write writes e as encoding/json does, or both fail.
func wantEncoded(t *testing.T, e event.Event) {
	t.Helper()
	var line strings.Builder
	err := event.Write(&line, e)
	want, wantErr := encoded(e)
	if (err == nil) != (wantErr == nil) || err == nil && line.String() != want {
		t.Errorf("written %q, %v\n   want %q, %v", line.String(), err, want, wantErr)
	}
	if err != nil && line.Len() > 0 {
		t.Errorf("%v, and written %q", err, line.String())
	}
}

// samples returns values of a type, the zero value among them.
func samples(t *testing.T, of reflect.Type) (all []reflect.Value) {
	t.Helper()
	texts := []string{"", "a", "take\xff\xfe\xff 2.mov", "</script>&\n\r\t\b\f\v\x00\x1b[31m\"\\/",
		"\x7f\u0085\u009b\u00a0é", "\u202e\u2028\u2029\u2066\u061c\u200e\ufeff", "\ufffd\xed\xa0\x80",
		"唱歌\U0001F3B5", strings.Repeat("long ", 999)}
	var values []any
	switch reflect.Zero(of).Interface().(type) {
	case string, event.Kind:
		for _, text := range texts {
			values = append(values, text)
		}
	case int, int64:
		values = []any{0, 1, -1, math.MaxInt32, math.MinInt32}
	case float64:
		values = []any{0.0, math.Copysign(0, -1), 1.0, -1.5, 0.1, 1e-6, 9.9e-7, 1e-9, -1.25e-100, 1e20, 1e21, -1e21, 1e9,
			math.MaxFloat64, math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1), math.Inf(-1)}
	case bool:
		values = []any{false, true}
	case *int:
		values = []any{(*int)(nil), new(0), new(-9)}
	case []string, event.Paths:
		values = []any{[]string(nil), []string{}, []string{""}, texts, texts[:2]}
	case map[string]int:
		values = []any{map[string]int(nil), map[string]int{}, map[string]int{"b": 1, "a": 0, "\xff\n": -1, "": 2}}
	case time.Time:
		values = []any{time.Time{}, at, at.Truncate(time.Second), at.In(time.FixedZone("", -5400)), at.AddDate(9000, 0, 0),
			at.In(time.FixedZone("", 25*3600))}
	default:
		t.Fatalf("no samples of %v", of)
	}
	for _, v := range values {
		all = append(all, reflect.ValueOf(v).Convert(of))
	}
	return all
}

// TestWriteIsEncodingJSON writes each value of each field, alone and beside all others, in each kind. A field that
// Write forgets fails it.
func TestWriteIsEncodingJSON(t *testing.T) {
	kinds := []event.Kind{"", "sung"}
	for _, k := range event.Kinds() {
		kinds = append(kinds, k.Kind)
	}
	for _, totals := range []bool{false, true} {
		for _, full := range []bool{false, true} {
			each := func(kind event.Kind, change func(reflect.Value)) {
				e := event.Event{}
				if totals {
					e.Totals = &event.Totals{}
				}
				if full {
					e = someEvent("f", "s", "d\xff", "words", 7, 1.5, totals)
				}
				e.Kind = kind
				change(reflect.ValueOf(&e).Elem())
				wantEncoded(t, e)
			}
			for _, kind := range kinds {
				each(kind, func(reflect.Value) {})
			}
			for _, field := range reflect.VisibleFields(reflect.TypeFor[event.Event]()) {
				if field.Anonymous || len(field.Index) > 1 && !totals {
					continue
				}
				for _, sample := range samples(t, field.Type) {
					each(event.Copied, func(e reflect.Value) { e.FieldByIndex(field.Index).Set(sample) })
				}
			}
		}
	}
}

// FuzzWriteIsEncodingJSON compares random events. To run it for longer than its seeds:
// go test -run '^$' -fuzz FuzzWriteIsEncodingJSON ./internal/event
func FuzzWriteIsEncodingJSON(f *testing.F) {
	f.Add("a.mov", "/src", "/dst", "write: no space left on device", int64(1<<40), 1.5, false)
	f.Add("take\xff\xfe 2.mov", "\xff", "\xc3\x28\xed\xa0\x80", "\xe9t\xe9 \xff\xff", int64(-1), -1e-300, true)
	f.Add("</script>\n\x1b[31m\"\\\u202e\u2028\ufeff", "\x7f\u009b31m", "\u2066\u061c", "\x00\t\r\n\v\b\f",
		int64(math.MinInt64), math.MaxFloat64, true)
	f.Add("", "\ufffd", "唱歌\U0001F3B5", "\u200f\\u009b\\\u009b", int64(0), math.NaN(), true)
	f.Fuzz(func(t *testing.T, file, source, dest, words string, n int64, x float64, finished bool) {
		wantEncoded(t, someEvent(file, source, dest, words, n, x, finished))
	})
}

// TestNoAllocations checks that a Writer needs no memory for an event, once it has room for its line. A name
// that is not UTF-8 needs some.
func TestNoAllocations(t *testing.T) {
	w := event.NewWriter(io.Discard)
	for _, e := range []event.Event{copied, progress, exited, {File: "唱歌\n", Lost: []string{"owner"}}} {
		if n := testing.AllocsPerRun(100, func() { _ = w.Write(e) }); n > 0 {
			t.Errorf("%v allocations for %+v, want none", n, e)
		}
	}
}

// TestTogether checks that events which are added reach the writer in one call, and that one without a line is left
// out.
func TestTogether(t *testing.T) {
	var calls calls
	w := event.NewWriter(&calls)
	one := event.Event{Kind: event.Copied, File: "f", Time: at}
	for range 3 {
		if err := w.Add(one); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Add(event.Event{Duration: math.NaN()}); err == nil {
		t.Error("no error for a duration that is not a number")
	}
	if len(calls) > 0 || w.Waiting() == 0 {
		t.Errorf("%d bytes wait, written before Flush: %q", w.Waiting(), calls)
	}
	line, _ := encoded(one)
	if err := w.Flush(); err != nil || w.Waiting() > 0 || len(calls) != 1 || calls[0] != strings.Repeat(line, 3) {
		t.Errorf("%v, %d bytes wait, written %q", err, w.Waiting(), calls)
	}
	if err := w.Flush(); err != nil || len(calls) != 1 {
		t.Errorf("a Flush of nothing: %v, %q", err, calls)
	}
}

// calls keeps what each call of Write got.
type calls []string

func (c *calls) Write(p []byte) (int, error) {
	*c = append(*c, string(p))
	return len(p), nil
}
