package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
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

// TestNoAnswerBeforeTheRun: neither a folder that is gone nor one that goes while it
// is walked for its size holds up the command.
func TestNoAnswerBeforeTheRun(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		side    string
		rule    faultfs.Rule
		command string
		flag    string
		at      string // in the side; "" for itself
	}{
		"source":                  {side: "source", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"dest":                    {side: "dest", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"source to verify":        {side: "source", command: "verify", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"dest to verify":          {side: "dest", command: "verify", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"source cannot be opened": {side: "source", rule: faultfs.Rule{Ops: faultfs.Open, Name: "."}},
		"dest cannot be opened":   {side: "dest", command: "verify", rule: faultfs.Rule{Ops: faultfs.Open, Name: "."}},
		"the room at dest":        {side: "dest", rule: faultfs.Rule{Ops: faultfs.Statfs}},
		"a name":                  {side: "source", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3"},
		"a name, in a dry run":    {side: "source", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3", flag: "--dry-run"},
		"a name, while counted":   {side: "source", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3", flag: "--halt=soon,fail=50%"},
		"a name at dest":          {side: "dest", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3"},
		"a folder that is opened": {side: "source", rule: faultfs.Rule{Ops: faultfs.Open, Name: "b"}, at: "b"},
		"a folder that is read":   {side: "source", rule: faultfs.Rule{Ops: faultfs.Readdir, Name: "b"}, at: "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newServed(t, row.side)
			row.rule.Stall = faultfs.Killable
			defer p.fs.Inject(row.rule).Remove()
			if row.command == "" {
				row.command = "copy"
			}
			flags := []string{"--stall=2s"}
			if row.flag != "" {
				flags = append(flags, row.flag)
			}
			r := p.run(t, row.command, flags...)
			r.wants(2)
			want := fmt.Sprintf("brood: %s %q: no answer for 2s\n", row.side, p.mounted())
			if row.at != "" {
				want = fmt.Sprintf("brood: %s %q: %q: no answer for 2s\n", row.side, p.mounted(), row.at)
			}
			if !strings.Contains(r.stderr(), want) {
				t.Errorf("it says %q; want %q", r.stderr(), want)
			}
			if started := r.of(event.Started); len(started) > 0 {
				t.Errorf("children: %+v", started)
			}
		})
	}
}

// unanswered are questions of a walk that come after a/1 and a/2 were found.
var unanswered = map[string]struct {
	side  string
	rule  faultfs.Rule
	at    string
	error string
}{
	"a name":                  {"source", faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, "b/3", "stat: "},
	"a folder that is opened": {"source", faultfs.Rule{Ops: faultfs.Open, Name: "b"}, "b", "open folder: "},
	"a folder that is read":   {"source", faultfs.Rule{Ops: faultfs.Readdir, Name: "b"}, "b", "read folder: "},
	"a name at dest":          {"dest", faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, "b/3", "stat at the destination: "},
}

// TestNoAnswerWhileCopying: what was found is copied, and the rest when there is an answer again.
func TestNoAnswerWhileCopying(t *testing.T) {
	t.Parallel()
	for name, row := range unanswered {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newServed(t, row.side)
			row.rule.Stall = faultfs.Killable
			fault := p.fs.Inject(row.rule)
			defer fault.Remove()
			r := p.run(t, "copy", "--force", "--stall=5s", "--per-child=9")
			r.wants(1)
			wantGivenUp(t, r, p, row.at, row.error+"no answer for 5s")
			if copied := r.of(event.Copied); len(copied) != 2 {
				t.Errorf("copied: %+v; want a/1 and a/2", copied)
			}
			fault.Remove()

			must(t, os.Rename(p.dir+"/record", p.dir+"/first"))
			again := start(t, p.place, p.copy("--retry-failed", p.dir+"/first"))
			again.wants(0)
			again.says("that run was ended early, and what it never came to is not in it")
			if copied := again.of(event.Copied); len(copied) != 1 || copied[0].File != "b/3" {
				t.Errorf("copied: %+v; want b/3", copied)
			}
			start(t, p.place, p.copy()).wants(0)
			p.seen().equal(t)
		})
	}
}

func wantGivenUp(t *testing.T, r *run, p served, at, why string) {
	t.Helper()
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != at || failed[0].Error != why {
		t.Errorf("failed: %+v; want %q for %q", failed, at, why)
	}
	want := fmt.Sprintf("%s %q does not answer at %q: what lies behind was not looked at", p.side, p.mounted(), at)
	if stopping := r.of(event.Stopping); len(stopping) != 1 || stopping[0].Reason != want {
		t.Errorf("stopping: %+v; want %q", stopping, want)
	}
	all := r.events()
	if last := all[len(all)-1]; last.Kind != event.Finished || last.Failed != 1 || last.Reason != want {
		t.Errorf("the last event: %+v", last)
	}
}

// TestNoAnswerWhileComparing: as while copying.
func TestNoAnswerWhileComparing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a folder that is read", "a name at dest"} {
		row := unanswered[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newServed(t, row.side)
			for _, name := range []string{"/a/1", "/a/2", "/b/3", "/c/4"} {
				must(t, os.MkdirAll(filepath.Dir(p.seen().dst+name), 0o755))
				must(t, os.WriteFile(p.seen().dst+name, []byte(p.seen().src+name), 0o644))
			}
			row.rule.Stall = faultfs.Killable
			fault := p.fs.Inject(row.rule)
			defer fault.Remove()
			r := p.run(t, "verify", "--stall=5s")
			r.wants(1)
			wantGivenUp(t, r, p, row.at, row.error+"no answer for 5s")
			if verified := r.of(event.Verified); len(verified) != 2 {
				t.Errorf("verified: %+v; want a/1 and a/2", verified)
			}
		})
	}
}

// TestOneNameWithoutAnswer: an error for one name in a folder costs it alone, and one that is
// excluded is not asked for.
func TestOneNameWithoutAnswer(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		rule   faultfs.Rule
		flags  []string
		status int
	}{
		"an error":            {faultfs.Rule{Err: syscall.EIO}, nil, 1},
		"excluded":            {faultfs.Rule{Stall: faultfs.Killable}, []string{"--exclude=b/3"}, 0},
		"its folder excluded": {faultfs.Rule{Stall: faultfs.Killable}, []string{"--exclude=/b"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newServed(t, "source")
			for _, name := range []string{"/b/2", "/b/4"} {
				must(t, os.WriteFile(p.seen().src+name, []byte(name), 0o644))
			}
			row.rule.Ops, row.rule.Name = faultfs.Lookup, "b/3"
			fault := p.fs.Inject(row.rule)
			defer fault.Remove()
			r := p.run(t, "copy", append(row.flags, "--stall=0")...)
			r.wants(row.status)
			copied := len(r.of(event.Copied))
			switch {
			case row.status == 0 && (fault.Count() > 0 || copied < 3):
				t.Errorf("%d copied, %d times asked for", copied, fault.Count())
			case row.status == 1:
				wantFailure(r, "b/3", "stat: input/output error")
				if failed := r.of(event.Failed); copied != 5 || len(failed) != 1 {
					t.Errorf("%d copied, failed: %+v", copied, failed)
				}
			}
		})
	}
}

// TestNoAnswerInADryRun: Fits has had all answers, and the walk after it has not.
func TestNoAnswerInADryRun(t *testing.T) {
	t.Parallel()
	p := newServed(t, "source")
	defer p.fs.Inject(faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3", Stall: faultfs.Killable}).Remove()
	r := p.run(t, "copy", "--dry-run", "--force", "--stall=2s")
	r.wants(1)
	wantGivenUp(t, r, p, "b/3", "stat: no answer for 2s")
	if want := "copy \"a/1\"\ncopy \"a/2\"\n"; !strings.HasPrefix(r.stdout(), want) {
		t.Errorf("it says %q; want %q", r.stdout(), want)
	}
}

// TestCtrlCWithoutAnswer: the run ends with its last child, whatever the walk waits for.
func TestCtrlCWithoutAnswer(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := newServed(t, "source")
			must(t, os.WriteFile(p.seen().src+"/0", noise(1<<20, 0), 0o644)) // the first to be found
			slow := p.fs.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "0", Stall: faultfs.Killable})
			defer slow.Remove()
			fault := p.fs.Inject(faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3", Stall: faultfs.Killable})
			defer fault.Remove()
			r := p.run(t, "copy", "--force", "--stall=0", "--jobs=2")
			wantMet(t, slow)
			wantMet(t, fault)
			r.signal(sig)
			r.says("stopping: signal=")
			if r.over() {
				t.Error("it does not wait for its child")
			}
			slow.Remove()
			r.wants(128 + int(sig))
			if copied := r.of(event.Copied); !slices.ContainsFunc(copied, func(e event.Event) bool { return e.File == "0" }) {
				t.Errorf("copied: %+v; want 0 among them", copied)
			}
		})
	}
}

func wantMet(t *testing.T, fault *faultfs.Fault) {
	t.Helper()
	select {
	case <-fault.Met():
	case <-time.After(time.Minute):
		t.Fatal("nothing is asked for")
	}
}

// TestStoppedIsNotUnanswered: time in which the parent is stopped is not waited for an answer.
func TestStoppedIsNotUnanswered(t *testing.T) {
	t.Parallel()
	p := newServed(t, "source")
	fault := p.fs.Inject(faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3", Stall: faultfs.Killable})
	defer fault.Remove()
	const stall = 5 * time.Second
	r := p.run(t, "copy", "--force", "--stall="+stall.String())
	wantMet(t, fault)
	r.signal(syscall.SIGSTOP)
	time.Sleep(stall + stall/2) // that it lasts is the point
	fault.Remove()
	r.signal(syscall.SIGCONT)
	r.wants(0)
	p.seen().equal(t)
}

// TestUninterruptibleWalk: a process that a system call holds beyond SIGKILL is gone
// when that returns; all is done and said before.
func TestUninterruptibleWalk(t *testing.T) {
	t.Parallel()
	p := newServed(t, "source")
	fault := p.fs.Inject(faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3", Stall: faultfs.Uninterruptible})
	defer fault.Remove()
	r := p.run(t, "copy", "--force", "--stall=5s")
	if !eventually(func() bool { return len(r.of(event.Finished)) == 1 && strings.Contains(r.stdout(), "time") }) {
		t.Fatalf("it says:\n%s%s", r.stderr(), r.stdout())
	}
	wantGivenUp(t, r, p, "b/3", "stat: no answer for 5s")
	fault.Remove()
	r.wants(1)
}
