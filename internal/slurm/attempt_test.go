package slurm

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

// TestAttemptName checks that parseAttempt reads the names of attemptName, and rejects others.
func TestAttemptName(t *testing.T) {
	a, ok := parseAttempt(attemptName(12, 1, 2, "81_3"))
	if !ok || a.batch != 12 || a.generation != 1 || a.restarts != 2 || a.task != "81_3" {
		t.Errorf("%+v, %v", a, ok)
	}
	for _, name := range []string{
		"", "12.fence", "12.fence.1a2b3c4d", "12.1.0.81_3.1a2b3c4d", "12.1.0.81_3.1a2b3c4d.jsonl.x",
		"x.1.0.81_3.1a2b3c4d.jsonl", "12.-1.0.81_3.1a2b3c4d.jsonl", "12.1..81_3.1a2b3c4d.jsonl",
	} {
		if a, ok := parseAttempt(name); ok {
			t.Errorf("%q is parsed as %+v", name, a)
		}
	}
}

// TestReadByPieces checks that read takes each event once, no matter where a look ends in the record.
func TestReadByPieces(t *testing.T) {
	f := newFolder(t, Request{})
	must(t, f.makeParts(0))
	var text strings.Builder
	w := event.NewWriter(&text)
	want := []string{"a", "new\nline", "\xff", "b"}
	for _, name := range want {
		must(t, w.Write(event.Event{Kind: event.Copied, File: name}))
	}
	for step := 1; step < text.Len(); step += 7 {
		name := f.in("events", part(0), fmt.Sprint(step))
		file, err := os.Create(name)
		must(t, err)
		a := &attempt{file: name}
		var got []string
		for rest := text.String(); ; rest = rest[min(step, len(rest)):] {
			must(t, a.read(readMost, func(e event.Event) { got = append(got, e.File) }))
			if rest == "" {
				break
			}
			_, err := file.WriteString(rest[:min(step, len(rest))])
			must(t, err)
		}
		must(t, file.Close())
		if !slices.Equal(got, want) || a.offset != int64(text.Len()) || a.more {
			t.Fatalf("by %d bytes: %q, offset %d, more %v", step, got, a.offset, a.more)
		}
	}
}

// TestReadMost checks that read stops at its limit, and continues there the next time.
func TestReadMost(t *testing.T) {
	name := t.TempDir() + "/record"
	must(t, os.WriteFile(name, []byte(strings.Repeat(`{"kind":"copied","file":"a"}`+"\n", 10)), 0o644))
	a, n := &attempt{file: name}, 0
	for range 10 {
		before := a.offset
		must(t, a.read(29, func(event.Event) { n++ }))
		if a.offset-before != 29 || !a.more {
			t.Fatalf("read %d bytes, more %v", a.offset-before, a.more)
		}
	}
	must(t, a.read(29, func(event.Event) { n++ }))
	if n != 10 || a.more {
		t.Errorf("%d events, more %v", n, a.more)
	}
}

// TestReadBroken checks that half a line, as a dead node leaves it, costs only that line. A record that has become
// shorter costs nothing.
func TestReadBroken(t *testing.T) {
	name := t.TempDir() + "/record"
	text := `{"kind":"copied","file":"a"}` + "\n" +
		`{"kind":"copied","fi{"kind":"copied","file":"b"}` + "\n\x00\x00\n" +
		`{"kind":"copied","file":"c"}` + "\n"
	must(t, os.WriteFile(name, []byte(text), 0o644))
	a := &attempt{file: name}
	var got []string
	take := func(e event.Event) { got = append(got, e.File) }
	must(t, a.read(readMost, take))
	must(t, os.Truncate(name, 3))
	must(t, a.read(readMost, take))
	if want := []string{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	must(t, os.Remove(name))
	if err := a.read(readMost, take); err == nil {
		t.Error("no error for a removed record")
	}
}
