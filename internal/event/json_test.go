package event_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
)

func TestWriteAndRead(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	for name, e := range map[string]event.Event{
		"begun": {Kind: event.Begun, PID: 2, PPID: 1, Version: event.Version, Source: "/a\xff", Dest: "/b",
			Slots: 4},
		"several sources":  {Kind: event.Begun, PID: 2, Sources: event.Paths{"a", "/b/c"}, Dest: "d"},
		"sources of bytes": {Kind: event.Begun, PID: 2, Sources: event.Paths{"a", "c\xff"}, Dest: "d"},
		"invalid UTF-8":    {Kind: event.Copied, File: "take\xff\xfe 2.mov", Bytes: 1 << 40, Method: "reflink"},
		"hostile name":     {Kind: event.Failed, File: "</script>\n\x1b[31m\"\\\u202e\u2028", Error: "x"},
		"empty name":       {Kind: event.Skipped},
		"exited 0":         {Kind: event.Exited, ExitCode: new(0), Duration: 1.5, User: 0.25, MaxRSS: 1 << 20},
		"exited -9":        {Kind: event.Exited, ExitCode: new(-9), Signal: "SIGKILL", Stderr: strings.Repeat("x", 5000)},
		"finished":         {Kind: event.Finished, Files: 3, Totals: &event.Totals{Failed: 1, Rate: 1e9}},
	} {
		t.Run(name, func(t *testing.T) {
			e.Time = at
			var line bytes.Buffer
			if err := event.Write(&line, e); err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(line.Bytes(), []byte("\n")); n != 1 || !json.Valid(line.Bytes()) {
				t.Errorf("not one line of JSON: %q", line.String())
			}
			got, err := event.NewReader(&line).Next()
			if err != nil || !reflect.DeepEqual(got, e) {
				t.Errorf("read %+v, %v, written %+v", got, err, e)
			}
		})
	}
}

func TestZeroTotalsAreWritten(t *testing.T) {
	var line bytes.Buffer
	if err := event.Write(&line, event.Event{Kind: event.Finished, Totals: &event.Totals{}}); err != nil {
		t.Fatal(err)
	}
	fields := []string{`"files":0`, `"bytes":0`, `"duration":0`, `"failed":0`, `"skipped":0`, `"children":0`}
	for _, field := range fields {
		if !strings.Contains(line.String(), field) {
			t.Errorf("%s is not in %s", field, line.String())
		}
	}
}

func TestReadErrors(t *testing.T) {
	r := event.NewReader(strings.NewReader(`no JSON
{"kind":"copied","time":"2026-03-01T12:00:00Z"}
{"kind":`))
	var syntax *event.SyntaxError
	if _, err := r.Next(); !errors.As(err, &syntax) || string(syntax.Line) != "no JSON" {
		t.Errorf("first line: %v", err)
	}
	if e, err := r.Next(); err != nil || e.Kind != event.Copied {
		t.Errorf("second line: %+v, %v", e, err)
	}
	if _, err := r.Next(); err != io.ErrUnexpectedEOF {
		t.Errorf("half a line: %v", err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// TestEndlessLine checks that a line that is far too long is skipped and takes little memory.
func TestEndlessLine(t *testing.T) {
	const size = 256 << 20
	next := `{"kind":"copied","time":"2026-03-01T12:00:00Z"}` + "\n"
	r := event.NewReader(io.MultiReader(io.LimitReader(endless('x'), size), strings.NewReader("\n"+next)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var syntax *event.SyntaxError
	if _, err := r.Next(); !errors.As(err, &syntax) || string(syntax.Line) != strings.Repeat("x", 80) {
		t.Errorf("the long line: %.200v", err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > size/4 {
		t.Errorf("%d bytes were allocated for a line of %d", took, size)
	}
	if e, err := r.Next(); err != nil || e.Kind != event.Copied {
		t.Errorf("the line after it: %+v, %v", e, err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// TestLongEvent checks that an event with the longest names and texts can be read.
func TestLongEvent(t *testing.T) {
	e := event.Event{Kind: event.Exited, File: strings.Repeat("\xff", 100_000),
		Stderr: strings.Repeat("\x01", 100_000)}
	var line bytes.Buffer
	if err := event.Write(&line, e); err != nil {
		t.Fatal(err)
	}
	if got, err := event.NewReader(&line).Next(); err != nil || got.File != e.File || got.Stderr != e.Stderr {
		t.Errorf("read %.100q, %v", got.File, err)
	}
}

// endless is a reader that repeats one byte without end.
type endless byte

func (b endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

// TestWriter checks that one Writer for many events writes the same lines as Write.
func TestWriter(t *testing.T) {
	events := []event.Event{
		{Kind: event.Begun, Source: "a\xff", Dest: "b", Slots: 2},
		{Kind: event.Finished, Files: 1, Totals: &event.Totals{Failed: 1}},
		{Kind: event.Copied, File: "f", Lost: []string{"owner"}},
		{Kind: event.Skipped},
	}
	var one, each bytes.Buffer
	w := event.NewWriter(&one)
	for _, e := range events {
		if err := errors.Join(w.Write(e), event.Write(&each, e)); err != nil {
			t.Fatal(err)
		}
	}
	if one.String() != each.String() {
		t.Errorf("one writer\n%s\na writer for each\n%s", one.String(), each.String())
	}
}
