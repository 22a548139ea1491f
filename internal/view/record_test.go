package view_test

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/view"
)

// failing is a writer that fails after some writes.
type failing struct {
	text  strings.Builder
	takes int
	calls int
	err   error
}

func (f *failing) Write(p []byte) (int, error) {
	f.calls++
	if f.calls > f.takes {
		return 0, f.err
	}
	return f.text.Write(p)
}

// read returns the events of a record.
func read(t *testing.T, record string) (all []event.Event) {
	t.Helper()
	r := event.NewReader(strings.NewReader(record))
	for {
		e, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
}

func TestRecord(t *testing.T) {
	events := []event.Event{
		{Kind: event.Begun, PID: 1, Source: "a\xff", Dest: "b\n"},
		{Kind: event.Failed, File: "\x1b[31m", Error: "x"},
		{Kind: event.Finished, Totals: &event.Totals{}},
	}
	var out strings.Builder
	record := view.NewRecord(&out)
	for _, e := range events {
		record.Read(e)
	}
	if err := record.Err(); err != nil {
		t.Errorf("Err: %v", err)
	}
	if got := read(t, out.String()); !reflect.DeepEqual(got, events) {
		t.Errorf("recorded %+v, want %+v", got, events)
	}
}

// Events that came together are one write. No event waits for a later one.
func TestRecordTogether(t *testing.T) {
	out := &failing{takes: 100}
	record := view.NewRecord(out)
	stream := event.NewStream(record.Read)
	stream.Hold(record.Hold)
	emit := func(n int) {
		for range n {
			stream.Emit(event.Event{Kind: event.Copied})
		}
	}
	wants := func(calls, events int) {
		t.Helper()
		if got := read(t, out.text.String()); out.calls != calls || len(got) != events {
			t.Errorf("%d events in %d writes, want %d in %d", len(got), out.calls, events, calls)
		}
	}
	emit(2)
	wants(2, 2)
	stream.Together(func() { emit(50) })
	wants(3, 52)
	emit(1)
	wants(4, 53)
	stream.Together(func() {
		emit(5)
		stream.Together(func() { emit(5) }) // of another child
		wants(6, 63)
		emit(5)
	})
	wants(7, 68)
	stream.Together(func() {})
	wants(7, 68)
}

func TestRecordStopsAtTheFirstError(t *testing.T) {
	full := errors.New("no space left on device")
	out := &failing{takes: 1, err: full}
	record := view.NewRecord(out)
	for _, kind := range []event.Kind{event.Begun, event.Copied, event.Finished} {
		record.Read(event.Event{Kind: kind})
	}
	if err := record.Err(); !errors.Is(err, full) {
		t.Errorf("Err: %v, want %v", err, full)
	}
	if out.calls != 2 {
		t.Errorf("%d writes, want 2: the second one fails", out.calls)
	}
	if got := read(t, out.text.String()); len(got) != 1 || got[0].Kind != event.Begun {
		t.Errorf("recorded %+v, want begun", got)
	}
}
