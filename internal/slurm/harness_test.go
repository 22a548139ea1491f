package slurm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/event/eventtest"
	"brood/internal/testenv"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until polls until the condition holds. Its deadline is generous: tests do not measure time.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testenv.Patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("timeout: %s", what)
		}
	}
}

// newFolder returns a job folder like those of create, but without brood itself, since no test runs it.
func newFolder(t *testing.T, r Request) *Folder {
	t.Helper()
	if r.Heartbeat == 0 {
		r.Heartbeat = 60
	}
	f := &Folder{Path: t.TempDir(), Job: Job{
		Format: format, Name: "brood-1", Every: 1, Marker: ".brood.1.brood", ArraySize: 10, JobCount: 1000, Request: r,
	}}
	must(t, os.WriteFile(f.Path+"/"+marked, nil, 0o644))
	for _, name := range []string{"log", "lists", "events"} {
		must(t, os.Mkdir(f.in(name), 0o755))
	}
	return f
}

// has writes a file of a job folder. Contents other than text become JSON. It does not sync: that is slow on a busy
// disk.
func (f *Folder) has(t *testing.T, name string, contents any) {
	t.Helper()
	text, ok := contents.(string)
	if !ok {
		b, err := json.Marshal(contents)
		must(t, err)
		text = string(b) + "\n"
	}
	must(t, os.WriteFile(f.in(name), []byte(text), 0o644))
}

// list writes the list of a batch of files, in the format of plan.List.
func list(t *testing.T, f *Folder, batch int, names ...string) {
	t.Helper()
	writeNames(t, f, batch, "", "f 1 ", names)
}

// listLast writes the list of a batch of folders.
func listLast(t *testing.T, f *Folder, batch int, names ...string) {
	t.Helper()
	writeNames(t, f, batch, "j\x00", "n ", names)
}

func writeNames(t *testing.T, f *Folder, batch int, begin, kind string, names []string) {
	t.Helper()
	must(t, f.makeParts(batch))
	text := "brood list 1\x00" + begin
	for _, name := range names {
		text += kind + name + "\x00"
	}
	must(t, os.WriteFile(f.list(batch), fmt.Appendf(nil, "%send %d\x00", text, len(names)), 0o644))
}

// driven is a dispatcher without its loop and without a cluster. The test writes the records and gives the answers of
// squeue.
type driven struct {
	*dispatcher
	t      *testing.T
	events []event.Event
}

// drive returns a dispatcher with that many batches, of two files each: a0 b0, a1 b1 …
func drive(t *testing.T, f *Folder, batches int) *driven {
	t.Helper()
	d := driveBare(t, f)
	for n := range batches {
		list(t, f, n, fmt.Sprint("a", n), fmt.Sprint("b", n))
		d.addState(2, 2)
	}
	return d
}

// driveBare returns a dispatcher without batches.
func driveBare(t *testing.T, f *Folder) *driven {
	d := &driven{t: t}
	allowed := eventtest.Reader(t)
	opts := Options{Whole: func() bool { return true }}
	d.dispatcher = newDispatcher(f, opts, func(e event.Event) {
		allowed(e)
		d.events = append(d.events, e)
	})
	return d
}

// submitted notes an array with these batches, as if sbatch had accepted it.
func (d *driven) submitted(id string, batches ...int) {
	a := array{ID: id, First: batches[0], Again: d.batches[batches[0]].tries > 0}
	for _, n := range batches {
		a.Tasks = append(a.Tasks, n-a.First)
	}
	d.again = slices.DeleteFunc(d.again, func(n int) bool { return slices.Contains(batches, n) })
	d.note(a)
}

// looks reads the records once.
func (d *driven) looks() {
	d.t.Helper()
	must(d.t, d.look())
}

// squeue lets squeue answer with these lines.
func (d *driven) squeue(lines ...string) {
	d.t.Helper()
	var all []queued
	for _, line := range lines {
		q, err := parseQueued(line)
		must(d.t, err)
		all = append(all, q)
	}
	must(d.t, d.answered(context.Background(), time.Now(), all, nil))
}

// squeueForLong lets squeue repeat an answer until the dispatcher waits no more for a record.
func (d *driven) squeueForLong(lines ...string) {
	d.t.Helper()
	d.squeue(lines...)
	for n := range d.batches {
		if b := &d.batches[n]; !b.missing.IsZero() {
			b.missing = b.missing.Add(-time.Hour)
		}
	}
	for range 2 { // the first answer may read something new in a record, which is a sign of life
		d.silence()
		d.squeue(lines...)
	}
}

// silence makes each record look silent for an hour.
func (d *driven) silence() {
	for _, tried := range d.attempts {
		for _, a := range tried.all {
			a.grown = a.grown.Add(-time.Hour)
		}
	}
}

// emitted returns the events of these kinds, as "kind file".
func (d *driven) emitted(kinds ...event.Kind) []string {
	all := []string{}
	for _, e := range d.events {
		if slices.Contains(kinds, e.Kind) {
			all = append(all, strings.TrimSpace(string(e.Kind)+" "+e.File))
		}
	}
	return all
}

// wants compares two lists.
func (d *driven) wants(what string, got, want []string) {
	d.t.Helper()
	if !slices.Equal(got, want) {
		d.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// answer waits for the result of a command and handles it.
func (d *driven) answer() error {
	d.t.Helper()
	select {
	case answer := <-d.answers:
		return answer()
	case <-time.After(testenv.Patience):
		d.t.Fatal("timeout: no command has a result")
		return errors.New("none")
	}
}

// record is the record of a running task.
type record struct {
	t    *testing.T
	file *os.File
}

// record begins the record of a new attempt, with Begun.
func (d *driven) record(batch, generation, restarts int, task string) *record {
	d.t.Helper()
	r := recordOf(d.t, d.Folder, attemptName(batch, generation, restarts, task))
	r.writes(event.Event{Kind: event.Begun, PID: 100 + batch, Node: "n1", Task: task})
	return r
}

// recordOf opens the record with that name.
func recordOf(t *testing.T, f *Folder, name string) *record {
	t.Helper()
	a, ok := parseAttempt(name)
	if !ok {
		t.Fatalf("%q is not the name of a record", name)
	}
	file, err := os.OpenFile(f.in("events", part(a.batch), name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	must(t, err)
	t.Cleanup(func() { file.Close() })
	return &record{t, file}
}

// writes adds events to the record, each with a time, and with the process that a real record has.
func (r *record) writes(events ...event.Event) {
	r.t.Helper()
	w := event.NewWriter(r.file)
	for _, e := range events {
		if e.PID == 0 && e.Kind != event.Finished && e.Kind != event.Stopping {
			e.PID = 200
		}
		if e.Name == "" && e.PID == 200 && e.Kind != event.Begun {
			e.Name = "copy-1"
		}
		if e.Time.IsZero() {
			e.Time = time.Now()
		}
		must(r.t, w.Write(e))
	}
}

func (r *record) copies(names ...string) {
	r.t.Helper()
	for _, name := range names {
		r.writes(event.Event{Kind: event.Copied, File: name, Bytes: 1})
	}
}

func (r *record) fails(name, why string) {
	r.t.Helper()
	r.writes(event.Event{Kind: event.Failed, File: name, Error: why})
}

func (r *record) finishes() {
	r.t.Helper()
	r.writes(event.Event{Kind: event.Finished, Totals: &event.Totals{}})
}

// standIns replaces Slurm's commands by shell scripts.
func standIns(t *testing.T, commands map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, script := range commands {
		must(t, os.WriteFile(dir+"/"+name, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// runs tells whether a goroutine runs that function.
func runs(function string) bool {
	stacks := make([]byte, 1<<20)
	return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), function)
}
