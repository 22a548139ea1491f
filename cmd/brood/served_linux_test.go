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

// served is a place with one side on a file system that can be told not to answer.
// The test looks at it beneath, where that cannot hold it.
type served struct {
	place
	fs   *faultfs.FS
	side string // "source" or "dest"
}

// newServed has the files a/1, a/2, b/3 and c/4 in the source, and b/3 with other
// contents in the destination.
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

// seen is the place with both sides where they always answer.
func (p served) seen() place {
	if p.side == "source" {
		return place{p.dir, p.fs.Beneath, p.dst}
	}
	return place{p.dir, p.src, p.fs.Beneath}
}

func (p served) mounted() string { return p.fs.Mounted }

// run is brood's command in the place, with a record.
func (p served) run(t *testing.T, command string, flags ...string) *run {
	t.Helper()
	return start(t, p.place, p.brood(slices.Concat([]string{command, "--record", p.dir + "/record"}, flags, []string{"--", p.src, p.dst})...))
}

// silent is a run of which a question has no answer until the fault is removed. Tests start
// all theirs, and then wait: of a stall time that is long enough for a slow machine's
// children, one is enough.
type silent struct {
	served
	*run
	fault *faultfs.Fault
}

func startSilent(t *testing.T, side string, rule faultfs.Rule, command string, flags ...string) *silent {
	t.Helper()
	p := newServed(t, side)
	rule.Stall = cmp.Or(rule.Stall, faultfs.Killable)
	fault := p.fs.Inject(rule)
	r := &silent{p, p.run(t, command, flags...), fault}
	t.Cleanup(fault.Remove)
	return r
}

func (r *silent) wantGivenUp(at, why string) {
	r.Helper()
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != at || failed[0].Error != why {
		r.Errorf("failed: %+v; want %q for %q", failed, at, why)
	}
	want := fmt.Sprintf("%s %q does not answer at %q: the rest was not read", r.side, r.mounted(), at)
	if stopping := r.of(event.Stopping); len(stopping) != 1 || stopping[0].Reason != want {
		r.Errorf("stopping: %+v; want %q", stopping, want)
	}
	all := r.events()
	if last := all[len(all)-1]; last.Kind != event.Finished || last.Failed != 1 || last.Reason != want {
		r.Errorf("the last event: %+v", last)
	}
}

func wantMet(t *testing.T, fault *faultfs.Fault) {
	t.Helper()
	select {
	case <-fault.Met():
	case <-time.After(testenv.Patience):
		t.Fatal("nothing is asked for")
	}
}
