package slurm

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
)

// someCommands is a batch of three commands, the second with two items.
func someCommands() plan.Batch {
	return plan.Batch{Commands: []plan.Batch{
		{Seq: 7, Items: []string{"a"}, Inputs: [][]string{{"a"}}},
		{Seq: 8, Items: []string{"c 1 "}, Inputs: [][]string{{"c 1", ""}, {"\xff\n", "end 2", "i 1"}}},
		{Seq: 10, Items: []string{"a"}, Inputs: [][]string{{"a"}}},
	}, Items: []string{"a", "c 1 ", "a"}}
}

// TestCommands checks that a list gives the commands that were written, and that a list without its end is an error.
func TestCommands(t *testing.T) {
	var text bytes.Buffer
	must(t, addCommands(&text, someCommands()))
	read := func(n int) (all []plan.Batch, err error) {
		err = ReadCommands(bytes.NewReader(text.Bytes()[:n]), func(c plan.Batch) error {
			all = append(all, c)
			return nil
		})
		return all, err
	}
	all, err := read(text.Len())
	if err != nil || !reflect.DeepEqual(all, someCommands().Commands) {
		t.Errorf("%+v, %v", all, err)
	}
	for n := range text.Len() {
		if _, err := read(n); !errors.Is(err, ErrNoCommands) {
			t.Errorf("%d bytes of %d: %v", n, text.Len(), err)
		}
	}
	stop := errors.New("stop")
	if err := ReadCommands(&text, func(plan.Batch) error { return stop }); err != stop {
		t.Errorf("take returns an error, ReadCommands returns %v", err)
	}
}

func FuzzReadCommands(f *testing.F) {
	for _, s := range []string{
		"brood commands 1\x00end 0\x00", "brood commands 1\x00c 1\x00i 1\x00a\x00end 1\x00",
		"brood commands 1\x00c 1\x00i 99999999999\x00a\x00end 1\x00", "brood commands 1\x00c 1\x00i -1\x00end 1\x00",
		"brood commands 1\x00c 0\x00i 1\x00a\x00end 1\x00", "brood commands 1\x00c 1\x00end 1\x00",
		"brood list 1\x00end 0\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var batch plan.Batch
		err := ReadCommands(bytes.NewReader(text), func(c plan.Batch) error {
			if c.Seq < 1 || len(c.Inputs) == 0 || len(c.Items) != 1 {
				t.Errorf("%+v", c)
			}
			batch.Commands = append(batch.Commands, c)
			return nil
		})
		if err != nil {
			return
		}
		var again bytes.Buffer
		must(t, addCommands(&again, batch))
		if !bytes.HasPrefix(text, again.Bytes()) && !strings.Contains(string(text), "+") &&
			!strings.Contains(string(text), " 0") {
			t.Errorf("%q is written as %q", text, again.Bytes())
		}
	})
}

// driveCommands returns a dispatcher with one submitted batch of commands 1, 2 and 3. delivered is what it delivers, as
// "seq kind attempt".
func driveCommands(t *testing.T, retries int) (d *driven, delivered *[]string) {
	f := newFolder(t, Request{Commands: &Commands{Dir: "/w"}, Retries: retries})
	d, delivered = driveBare(t, f), &[]string{}
	var batch plan.Batch
	for seq := range 3 {
		c := plan.Batch{Seq: seq + 1, Items: []string{"same"}, Inputs: [][]string{{"same"}}}
		batch.Commands, batch.Items = append(batch.Commands, c), append(batch.Items, "same")
	}
	must(t, f.writeList(0, batch))
	d.addState(3, 0)
	d.opts.Deliver = func(e event.Event, spool string) error {
		_, name, _ := strings.Cut(spool, "/events/000/")
		generation := strings.Split(name+"..", ".")[1]
		*delivered = append(*delivered, strings.TrimSpace(fmt.Sprint(e.Seq, " ", e.Kind, " ", generation)))
		if e.Kind == event.Ran && e.PID == 666 {
			return errors.New("no output")
		}
		return nil
	}
	d.submitted("7", 0)
	return d, delivered
}

func ran(seq int) event.Event { return event.Event{Kind: event.Ran, Seq: seq, File: "same"} }

func failed(seq int, signal string) event.Event {
	return event.Event{Kind: event.Failed, Seq: seq, File: "same", Error: "why", Signal: signal}
}

// TestCommandOutcomes checks when an outcome counts: at once, or when no other attempt may change it.
func TestCommandOutcomes(t *testing.T) {
	stopping := event.Event{Kind: event.Stopping, Reason: "r"}
	finished := event.Event{Kind: event.Finished, Totals: &event.Totals{}}
	unstored := event.Event{Kind: event.Ran, Seq: 1, File: "same", PID: 666, Name: "run-1"}
	for name, row := range map[string]struct {
		first, second []event.Event // of two attempts; nil: there is no second
		why           string        // the batch is given up; "" if not
		want          []string
	}{
		"same items": {[]event.Event{ran(2), failed(1, ""), ran(3)}, nil, "",
			[]string{"2 ran 0", "1 failed 0", "3 ran 0"}},
		"own signal":    {[]event.Event{failed(1, "SIGSEGV")}, nil, "", []string{"1 failed 0"}},
		"perhaps Slurm": {[]event.Event{failed(1, "SIGTERM"), failed(2, "SIGKILL")}, nil, "", nil},
		"at the end": {[]event.Event{failed(1, "SIGKILL"), ran(2), ran(3), finished}, nil, "",
			[]string{"2 ran 0", "3 ran 0", "1 failed 0"}},
		"while stopping": {[]event.Event{ran(1), stopping, failed(2, "")}, nil, "", []string{"1 ran 0"}},
		"a later attempt": {[]event.Event{ran(1), failed(2, "SIGTERM")}, []event.Event{ran(2), ran(3), finished}, "",
			[]string{"1 ran 0", "2 ran 1", "3 ran 1"}},
		"twice": {[]event.Event{failed(1, ""), ran(2)}, []event.Event{ran(1), ran(2), ran(3), finished}, "",
			[]string{"1 failed 0", "2 ran 0", "3 ran 1"}},
		"lost": {[]event.Event{ran(2)}, nil, "NODE_FAIL", []string{"2 ran 0", "1 failed", "3 failed"}},
		"lost, stopping": {[]event.Event{failed(1, "SIGTERM"), stopping, failed(2, "")}, nil, "TIMEOUT",
			[]string{"1 failed 0", "2 failed", "3 failed"}},
		"no output": {[]event.Event{unstored}, nil, "", []string{"1 ran 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, delivered := driveCommands(t, 1)
			d.record(0, 0, 0, "7_0").writes(row.first...)
			d.looks()
			if row.second != nil {
				d.set(0, listed)
				d.again = append(d.again, 0)
				d.submitted("8", 0)
				d.record(0, 1, 0, "8_0").writes(row.second...)
				d.looks()
				d.looks()
			}
			if row.why != "" {
				must(t, d.fail(0, d.attempts[0], row.why))
			}
			if !slices.Equal(*delivered, row.want) {
				t.Errorf("delivered %q, want %q", *delivered, row.want)
			}
			var emitted []string
			for _, e := range d.events {
				if e.Kind == event.Ran || e.Kind == event.Failed {
					emitted = append(emitted, fmt.Sprint(e.Seq, " ", e.Kind))
				}
			}
			want := []string{}
			for _, s := range row.want {
				want = append(want, strings.Join(strings.Fields(s)[:2], " "))
			}
			if name == "no output" {
				want = []string{"1 failed"}
			}
			if !slices.Equal(emitted, want) {
				t.Errorf("emitted %q, want %q", emitted, want)
			}
		})
	}
}

// TestDone checks which commands a later attempt leaves out.
func TestDone(t *testing.T) {
	d, _ := driveCommands(t, 1)
	d.record(0, 0, 0, "7_0").writes(ran(1), failed(2, ""), failed(3, "SIGTERM"), ran(4),
		event.Event{Kind: event.Stopping, Reason: "r"}, ran(5), failed(6, ""))
	d.record(1, 0, 0, "7_1").writes(ran(8))
	task, err := d.Folder.Task(0, 1, true, slurmSets())
	must(t, err)
	record, err := task.Record()
	must(t, err)
	defer record.Close()
	w := event.NewWriter(record)
	own := ran(9)
	own.Time, own.PID, own.Name = time.Now(), 1, "run-9"
	must(t, w.Write(own))
	done, err := task.Done(record)
	if want := map[int]bool{1: true, 2: true, 4: true, 5: true}; err != nil || !reflect.DeepEqual(done, want) {
		t.Errorf("%v, %v; want %v", done, err, want)
	}
	spool, err := task.Spool(record)
	must(t, err)
	defer spool.Close()
	if spool.Name() != strings.TrimSuffix(record.Name(), "jsonl")+"output" {
		t.Errorf("the record is %q, the output is in %q", record.Name(), spool.Name())
	}
}

// TestCommandLists checks that a later follower finds the commands that a killed submitter has listed.
func TestCommandLists(t *testing.T) {
	d, _ := driveCommands(t, 0)
	must(t, os.WriteFile(d.list(1), []byte("brood commands 1\x00c 4\x00"), 0o644))
	n, err := d.countLists()
	if _, gone := os.Stat(d.list(1)); err != nil || n != 1 || gone == nil {
		t.Errorf("%d lists, %v; the half one is left: %v", n, err, gone == nil)
	}
	if first, err := d.firstOf(0); err != nil || first != "same" {
		t.Errorf("%q, %v", first, err)
	}
	must(t, d.writeSeen(0))
	if _, err := os.Stat(d.in("seen.json")); err == nil {
		t.Error("commands have no source, but there is seen.json")
	}
}

// TestDiarySyncs checks that output is synced before the record tells of it, and that an error ends the record.
func TestDiarySyncs(t *testing.T) {
	closed, err := os.Create(t.TempDir() + "/output")
	must(t, err)
	must(t, closed.Close())
	file, err := os.Create(t.TempDir() + "/record")
	must(t, err)
	d := NewDiary(file, closed, time.Hour)
	d.Read(event.Event{Kind: event.Ran, File: "a"})
	if err := d.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Close returns %v", err)
	}
	if events := kept(t, file.Name()); len(events) > 0 {
		t.Errorf("the record has %q", events)
	}
}
