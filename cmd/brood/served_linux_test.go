package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/testenv"
)

// served is a place with one side on a faultfs, which a test can make hang. The test reads that side from the folder
// beneath, which always answers.
type served struct {
	place
	fs   *faultfs.FS
	side string // "source" or "dest"
}

// newServed makes a place with a/1, a/2, b/3 and c/4 in the source, and another b/3 in the destination.
func newServed(t *testing.T, side string) served {
	t.Helper()
	p := served{newPlace(t), faultfstest.Mount(t, faultfs.Options{}), side}
	must(t, os.Mkdir(p.dst, 0o755))
	on := &p.place.src
	if side == "dest" {
		on = &p.place.dst
	}
	*on = p.fs.Beneath
	for _, name := range []string{p.src + "/a/1", p.src + "/a/2", p.src + "/b/3", p.src + "/c/4", p.dst + "/b/3"} {
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, []byte(name), 0o644))
		must(t, os.Chtimes(filepath.Dir(name), longAgo, longAgo))
	}
	*on = p.fs.Mounted
	return p
}

// seen returns the place with both sides in folders that always answer.
func (p served) seen() place {
	if p.side == "source" {
		return place{p.t, p.dir, p.fs.Beneath, p.dst}
	}
	return place{p.t, p.dir, p.src, p.fs.Beneath}
}

func (p served) mounted() string { return p.fs.Mounted }

// run starts a command of brood in the place, with a record.
func (p served) run(t *testing.T, command string, flags ...string) *run {
	t.Helper()
	args := slices.Concat([]string{command, "--record", p.dir + "/record"}, flags, []string{"--", p.src, p.dst})
	return start(t, p.place, p.brood(args...))
}

// silent is a run in which one question to a file system gets no answer until the test removes the fault. Tests start
// all such runs before they wait, so that the stall times pass together. These are long, for the children of slow
// machines.
type silent struct {
	served
	*run
	fault *faultfs.Fault
}

// startSilent starts a command in a place where the rule makes one side hang.
func startSilent(t *testing.T, side string, rule faultfs.Rule, command string, flags ...string) *silent {
	t.Helper()
	p := newServed(t, side)
	rule.Stall = cmp.Or(rule.Stall, faultfs.Killable)
	fault := p.fs.Inject(rule)
	r := &silent{p, p.run(t, command, flags...), fault}
	t.Cleanup(fault.Remove)
	return r
}

// wantGivenUp fails the test unless the run reports that name as failed for that reason, and then ends.
func (r *silent) wantGivenUp(at, why string) {
	r.Helper()
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != at || failed[0].Error != why {
		r.Errorf("failed: %+v, want only %q: %s", failed, at, why)
	}
	want := fmt.Sprintf("%s %q does not answer at %q: the rest was not read", r.side, r.mounted(), at)
	if stopping := r.of(event.Stopping); len(stopping) != 1 || stopping[0].Reason != want {
		r.Errorf("stopping: %+v, want one event with reason %q", stopping, want)
	}
	all := r.events()
	if last := all[len(all)-1]; last.Kind != event.Finished || last.Failed != 1 || last.Reason != want {
		r.Errorf("the last event is %+v, want finished with one failure, for %q", last, want)
	}
}

// wantMet waits until a fault has happened.
func wantMet(t *testing.T, fault *faultfs.Fault) {
	t.Helper()
	select {
	case <-fault.Met():
	case <-time.After(testenv.Patience):
		t.Fatalf("the fault has not happened within %v", testenv.Patience)
	}
}
