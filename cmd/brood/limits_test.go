//go:build linux

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"brood/internal/confine"
	"brood/internal/event"
	"brood/internal/testenv"
)

// limited returns the command brood copy under a limit that bash sets by ulimit.
func limited(t *testing.T, p place, limit string, flags ...string) *exec.Cmd {
	t.Helper()
	needs(t, "bash")
	cmd := p.copy(flags...)
	cmd.Args[0] = p.installed(t)
	cmd.Args = append([]string{"bash", "-c", "ulimit " + limit + ` && exec "$@"`, "bash"}, cmd.Args...)
	cmd.Path, _ = exec.LookPath("bash")
	return cmd
}

// With few descriptors, --jobs=0 runs as many children at once as the limit lets it, and warns.
func TestFewDescriptors(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 90, 1000)
	r := start(t, p, limited(t, p, "-n 64", "--jobs=0"))
	var held []child // stopped, so that their number grows up to the limit
	if !eventually(func() bool {
		for _, c := range r.children() {
			c.signal(syscall.SIGSTOP)
			held = append(held, c)
		}
		return strings.Contains(r.stderr(), "fewer children at once") || r.over()
	}) {
		t.Errorf("no warning of fewer children with %d stopped ones; stderr:\n%s", len(r.children()), r.stderr())
	}
	goOn(held)
	r.wants(0)
	p.equal(t)
	wantLimited(r, "RLIMIT_NOFILE")
}

// wantLimited fails the test unless brood reports the reason for fewer children, and keeps to the number that it
// gives.
func wantLimited(r *run, reason string) {
	r.Helper()
	said := r.of(event.Limited)
	if len(said) == 0 || said[0].Reason != reason || said[0].Slots < 1 || said[0].Slots > 64 {
		r.Errorf("limited: %+v, want 1 to 64 slots for %s first", said, reason)
		return
	}
	r.says("fewer children at once: slots=")
	if peak := r.peak(); peak > said[0].Slots {
		r.Errorf("%d children ran at once, brood reported %d", peak, said[0].Slots)
	}
}

// peak returns the largest number of children that ran at once.
func (r *run) peak() int {
	finished := r.of(event.Finished)
	if len(finished) != 1 || finished[0].Totals == nil {
		r.Errorf("finished: %+v, want one event with totals", finished)
		return 0
	}
	return finished[0].Peak
}

// With few processes, brood copies all files. Threads count as processes, and a Go program that gets no thread dies.
func TestFewProcesses(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	needsRoot(t, "to be a user without processes")
	for _, c := range []struct {
		limit string
		flags []string
	}{
		{"-u 60", []string{"--jobs=0"}},
		{"-u 60", []string{"--jobs=100"}},
		{"-u 60", []string{"--jobs=0", "--daemon"}},
		{"-u 28", []string{"--jobs=0", "--daemon"}}, // so few that the guardian matters
	} {
		t.Run(c.limit+" "+strings.Join(c.flags, " "), func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 100, 1000)
			cmd := limited(t, p, c.limit, c.flags...)
			newcomer := uint32(1_000_000 + os.Getpid()) // a user without other processes
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: newcomer, Gid: newcomer}}
			r := start(t, p, cmd)
			r.wants(0)
			p.equal(t)
			if c.flags[0] == "--jobs=100" {
				wantLimited(r, "RLIMIT_NPROC")
			}
			if strings.Contains(r.stderr(), "failed to create new OS thread") {
				t.Errorf("a child got no thread; stderr:\n%s", r.stderr())
			}
		})
	}
}

// brood cannot confine a process that cannot signal its threads. It warns, or refuses with --confine=always.
func TestFewPendingSignals(t *testing.T) {
	if err := confine.Available(); err != nil {
		t.Skipf("needs kernel: %v", err)
	}
	const why = "not every thread can be signalled: RLIMIT_SIGPENDING is 0, and 64 would do\n"
	for _, c := range []struct {
		limit, flag, says string
		status            int
	}{
		{"-i 0", "--confine=auto", "brood: children are not confined: " + why, 0},
		{"-i 0", "--confine=never", "child exited", 0},
		{"-i 0", "--confine=always", "brood: --confine always: " + why, 2},
		{"-S -i 0", "--confine=always", "child exited", 0},
	} {
		t.Run(c.limit+" "+c.flag, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 3, 1000)
			r := start(t, p, limited(t, p, c.limit, c.flag))
			r.wants(c.status)
			r.says(c.says)
			if c.status == 0 {
				p.equal(t)
			}
		})
	}
}

// When a limit leaves no room for a single child, one line names the limit and a value that is enough.
func TestTooLowALimit(t *testing.T) {
	for _, c := range []struct{ limit, says string }{
		{"-n 10", "brood: RLIMIT_NOFILE is 10, and "},
		{"-u 8", "brood: RLIMIT_NPROC is 8, and "},
		{"-u 12", "brood: RLIMIT_NPROC is 12, and "},
	} {
		t.Run(c.limit, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 3, 1000)
			cmd := limited(t, p, c.limit)
			if strings.HasPrefix(c.limit, "-u") {
				needsRoot(t, "to be a user without processes")
				const newcomer = 54322
				cmd.SysProcAttr = &syscall.SysProcAttr{
					Setpgid: true, Credential: &syscall.Credential{Uid: newcomer, Gid: newcomer},
				}
			}
			r := start(t, p, cmd)
			r.wants(2)
			said := r.stderr()
			if !strings.HasPrefix(said, c.says) || !strings.HasSuffix(said, " would do\n") ||
				strings.Count(said, "\n") != 1 {
				t.Errorf("stderr is %q, want one line that begins with %q and ends with \"would do\"", said, c.says)
			}
		})
	}
}
