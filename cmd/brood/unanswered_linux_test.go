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

// TestNoAnswerBeforeTheRun: neither a folder that is gone nor one that goes while it
// is walked for its size holds up the command.
func TestNoAnswerBeforeTheRun(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
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
				t.Errorf("copied: %+v; want a/1 and a/2", copied)
			}
			r.fault.Remove()

			must(t, os.Rename(r.served.dir+"/record", r.served.dir+"/first"))
			again := start(t, r.served.place, r.served.copy("--retry-failed", r.served.dir+"/first"))
			again.wants(0)
			again.says("that run was ended early, and what it never came to is not in it")
			if copied := again.of(event.Copied); len(copied) != 1 || copied[0].File != "b/3" {
				t.Errorf("copied: %+v; want b/3", copied)
			}
			start(t, r.served.place, r.served.copy()).wants(0)
			r.seen().equal(t)
		})
	}
}

// TestNoAnswerWhileComparing: what is missing is said, up to where there is no answer.
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
				t.Errorf("differs: %+v; want a", missing)
			}
		})
	}
}

// TestOneNameWithoutAnswer: an error for one name in a folder costs it alone, and one that is
// excluded is not asked for.
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

// TestNoAnswerInADryRun: what was found is said.
func TestNoAnswerInADryRun(t *testing.T) {
	t.Parallel()
	r := startSilent(t, "source", unanswered["a name"].rule, "copy", "--dry-run", "--force", "--stall=5s")
	r.wants(1)
	r.wantGivenUp("b/3", "stat: no answer for 5s")
	if want := "copy \"a/1\"\ncopy \"a/2\"\n"; !strings.HasPrefix(r.stdout(), want) {
		t.Errorf("it says %q; want %q", r.stdout(), want)
	}
}

// TestCtrlCWithoutAnswer: the run ends with its last child, whatever the walk waits for.
func TestCtrlCWithoutAnswer(t *testing.T) {
	testenv.Long(t)
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

// TestStoppedIsNotUnanswered: time in which the parent is stopped is not waited for an answer.
func TestStoppedIsNotUnanswered(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const stall = 5 * time.Second
	r := startSilent(t, "source", unanswered["a name"].rule, "copy", "--dry-run", "--force", "--stall="+stall.String())
	wantMet(t, r.fault)
	r.signal(syscall.SIGSTOP)
	time.Sleep(stall + stall/2) // that it lasts is the point
	r.fault.Remove()
	r.signal(syscall.SIGCONT)
	r.wants(0)
	if planned := r.of(event.Planned); len(planned) != 4 {
		t.Errorf("planned: %+v; want all", planned)
	}
}

// TestUninterruptibleWalk: a process that a system call holds beyond SIGKILL is gone
// when that returns; all is done and said before.
func TestUninterruptibleWalk(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	rule := unanswered["a name"].rule
	rule.Stall = faultfs.Uninterruptible
	r := startSilent(t, "source", rule, "copy", "--dry-run", "--force", "--stall=5s")
	if !eventually(func() bool { return len(r.of(event.Finished)) == 1 && strings.Contains(r.stdout(), "halted") }) {
		t.Fatalf("it says:\n%s%s", r.stderr(), r.stdout())
	}
	r.wantGivenUp("b/3", "stat: no answer for 5s")
	r.fault.Remove()
	r.wants(1)
}
