package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/faultfs"
	"brood/internal/testenv"
)

// TestNoAnswerBeforeTheRun checks that brood ends with an error when a file system hangs before the run begins: at
// once, or while brood walks the source to know its size.
func TestNoAnswerBeforeTheRun(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		side    string
		rule    faultfs.Rule
		command string
		flag    string
		at      string // name in the side that hangs; "" for the side itself
	}{
		"source":                  {side: "source", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"dest":                    {side: "dest", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"source to verify":        {side: "source", command: "verify", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"dest to verify":          {side: "dest", command: "verify", rule: faultfs.Rule{Ops: faultfs.Getattr, Name: "."}},
		"source cannot be opened": {side: "source", rule: faultfs.Rule{Ops: faultfs.Open, Name: "."}},
		"dest cannot be opened":   {side: "dest", command: "verify", rule: faultfs.Rule{Ops: faultfs.Open, Name: "."}},
		"the room at dest":        {side: "dest", rule: faultfs.Rule{Ops: faultfs.Statfs}},
		"a name":                  {side: "source", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3"},
		"a name, in a dry run": {side: "source", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3",
			flag: "--dry-run"},
		"a name, while counted": {side: "source", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3",
			flag: "--halt=soon,fail=50%"},
		"a name at dest":          {side: "dest", rule: faultfs.Rule{Ops: faultfs.Lookup, Name: "b/3"}, at: "b/3"},
		"a folder that is opened": {side: "source", rule: faultfs.Rule{Ops: faultfs.Open, Name: "b"}, at: "b"},
		"a folder that is read":   {side: "source", rule: faultfs.Rule{Ops: faultfs.Readdir, Name: "b"}, at: "b"},
	}
	runs := map[string]*silent{}
	for name, row := range rows {
		command := cmp.Or(row.command, "copy")
		runs[name] = startSilent(t, row.side, row.rule, command, "--stall=5s", cmp.Or(row.flag, "--quiet"))
	}
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			r.T = t
			r.wants(2)
			want := fmt.Sprintf("brood: %s %q: no answer for 5s\n", r.side, r.mounted())
			if at := rows[name].at; at != "" {
				want = fmt.Sprintf("brood: %s %q: %q: no answer for 5s\n", r.side, r.mounted(), at)
			}
			if !strings.Contains(r.stderr(), want) {
				t.Errorf("stderr %q, want %q in it", r.stderr(), want)
			}
			if started := r.of(event.Started); len(started) > 0 {
				t.Errorf("started: %+v, want no child", started)
			}
		})
	}
}

// unanswered are calls of a walk that hang after it has found a/1 and a/2.
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

// TestNoAnswerWhileCopying checks that brood copies the files that the walk found before a file system hangs. When it
// answers again, --retry-failed and a new run copy the rest.
func TestNoAnswerWhileCopying(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	runs := map[string]*silent{}
	for name, row := range unanswered {
		runs[name] = startSilent(t, row.side, row.rule, "copy", "--force", "--stall=20s", "--per-child=9")
	}
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			r.T = t
			r.wants(1)
			r.wantGivenUp(unanswered[name].at, unanswered[name].error+"no answer for 20s")
			if copied := r.of(event.Copied); len(copied) != 2 {
				t.Errorf("copied: %+v, want a/1 and a/2", copied)
			}
			r.fault.Remove()

			must(t, os.Rename(r.served.dir+"/record", r.served.dir+"/first"))
			again := start(t, r.served.place, r.served.copy("--retry-failed", r.served.dir+"/first"))
			again.wants(0)
			again.says("that run was ended early, so the record lacks")
			if copied := again.of(event.Copied); len(copied) != 1 || copied[0].File != "b/3" {
				t.Errorf("copied: %+v, want b/3", copied)
			}
			start(t, r.served.place, r.served.copy()).wants(0)
			r.seen().equal(t)
		})
	}
}

// TestNoAnswerWhileComparing checks that brood verify reports the differences that it found before a file system
// hangs.
func TestNoAnswerWhileComparing(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	runs := map[string]*silent{}
	for name, row := range unanswered {
		runs[name] = startSilent(t, row.side, row.rule, "verify", "--stall=5s")
	}
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			r.T = t
			r.wants(1)
			r.wantGivenUp(unanswered[name].at, unanswered[name].error+"no answer for 5s")
			if missing := r.of(event.Differs); len(missing) != 1 || missing[0].File != "a" {
				t.Errorf("differs: %+v, want a", missing)
			}
		})
	}
}

// TestOneNameWithoutAnswer checks that an error for one name fails this name only, and that brood does not look at an
// excluded name.
func TestOneNameWithoutAnswer(t *testing.T) {
	testenv.Long(t)
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
				t.Errorf("%d files copied, %d lookups of b/3; want 3 or more, and none", copied, fault.Count())
			case row.status == 1:
				wantFailure(r, "b/3", "stat: input/output error")
				if failed := r.of(event.Failed); copied != 5 || len(failed) != 1 {
					t.Errorf("%d files copied, failed: %+v; want 5, and only b/3", copied, failed)
				}
			}
		})
	}
}

// TestNoAnswerInADryRun checks that a dry run prints the files that it found before a file system hangs.
func TestNoAnswerInADryRun(t *testing.T) {
	t.Parallel()
	r := startSilent(t, "source", unanswered["a name"].rule, "copy", "--dry-run", "--force", "--stall=5s")
	r.wants(1)
	r.wantGivenUp("b/3", "stat: no answer for 5s")
	if want := "copy \"a/1\"\ncopy \"a/2\"\n"; !strings.HasPrefix(r.stdout(), want) {
		t.Errorf("stdout %q, want it to begin with %q", r.stdout(), want)
	}
}

// TestCtrlCWithoutAnswer checks that a signal ends the run after its last child, also while the walk hangs.
func TestCtrlCWithoutAnswer(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := newServed(t, "source")
			must(t, os.WriteFile(p.seen().src+"/0", noise(1<<20, 0), 0o644)) // the walk finds it first
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
				t.Error("brood has ended, want it to wait for its child")
			}
			slow.Remove()
			r.wants(128 + int(sig))
			isIt := func(e event.Event) bool { return e.File == "0" }
			if copied := r.of(event.Copied); !slices.ContainsFunc(copied, isIt) {
				t.Errorf("copied: %+v, want file 0 among them", copied)
			}
		})
	}
}

// TestStoppedIsNotUnanswered checks that the time while the parent is stopped does not count as waiting for an answer.
func TestStoppedIsNotUnanswered(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const stall = 5 * time.Second
	r := startSilent(t, "source", unanswered["a name"].rule, "copy", "--dry-run", "--force", "--stall="+stall.String())
	wantMet(t, r.fault)
	r.signal(syscall.SIGSTOP)
	time.Sleep(stall + stall/2) // the test is about this time
	r.fault.Remove()
	r.signal(syscall.SIGCONT)
	r.wants(0)
	if planned := r.of(event.Planned); len(planned) != 4 {
		t.Errorf("planned: %+v, want all 4 files", planned)
	}
}

// TestUninterruptibleWalk checks that brood reports everything although a system call of its walk hangs, and cannot
// even be killed. The process ends when the call returns.
func TestUninterruptibleWalk(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	rule := unanswered["a name"].rule
	rule.Stall = faultfs.Uninterruptible
	r := startSilent(t, "source", rule, "copy", "--dry-run", "--force", "--stall=5s")
	if !eventually(func() bool { return len(r.of(event.Finished)) == 1 && strings.Contains(r.stdout(), "halted") }) {
		t.Fatalf("no summary with \"halted\"; stderr and stdout:\n%s%s", r.stderr(), r.stdout())
	}
	r.wantGivenUp("b/3", "stat: no answer for 5s")
	r.fault.Remove()
	r.wants(1)
}
