package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/process"
	"brood/internal/testenv"
)

// With --jobs 0 there may be more items than the system has room for at once. None is lost, and none fails.
func TestRunOfThousands(t *testing.T) {
	t.Parallel()
	needs(t, "bash")
	items := 10_000
	if testing.Short() {
		items = 500
	} else {
		testenv.Long(t)
	}
	for i, limit := range []string{"-c 0", "-n 64", "-u 200", "-u 200 -n 64"} {
		t.Run(limit, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			lines := p.numbered(items)
			cmd := p.brood("run", "--jobs=0", "-a", "items", "echo")
			if strings.Contains(limit, "-u") {
				needsRoot(t, "to be a user without processes")
				newcomer := uint32(2_000_000 + 10*os.Getpid() + i)
				cmd.SysProcAttr = &syscall.SysProcAttr{
					Setpgid: true, Credential: &syscall.Credential{Uid: newcomer, Gid: newcomer},
				}
			}
			cmd.Args[0] = p.installed(t)
			cmd.Args = append([]string{"bash", "-c", "ulimit " + limit + ` && exec "$@"`, "bash"}, cmd.Args...)
			cmd.Path, _ = exec.LookPath("bash")
			r := start(t, p, cmd)
			r.wants(0)
			wantSame(r, lines)
		})
	}
}

// wantSame fails the test unless standard output has these lines in any order.
func wantSame(r *run, lines string) {
	r.Helper()
	want, got := strings.Fields(lines), strings.Fields(r.stdout())
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.Errorf("%d lines of output, want %d; stderr:\n%s", len(got), len(want), r.stderr())
	}
}

// A parent of thousands of live commands has few threads, and little memory for each command.
func TestManyCommandsAtOnce(t *testing.T) {
	testenv.Long(t)
	const commands, maxThreads = 2000, 30
	if room, why := process.Limit(); room < commands+commands/4 {
		t.Skipf("needs kernel: room for %d commands, not %d (%s)", commands, room, why)
	}
	for mode, most := range map[string]int{"--keep-order": 16, "--line-buffer": 64} { // KiB for each command
		t.Run(mode, func(t *testing.T) {
			p := newPlace(t)
			lines := p.numbered(commands)
			must(t, unix.Mkfifo(p.dir+"/gate", 0o600))
			cmd := p.brood("run", "--jobs=0", mode, "-a", "items", "--record", "record", "--",
				"sh", "-c", `echo "$1"; exec cat gate`, "sh")
			r := start(t, p, release(t, p, cmd))
			alive := func() int { return strings.Count(r.read("/record"), `"kind":"started"`) }
			if !eventually(func() bool { return alive() == commands || r.over() }) || r.over() {
				t.Fatalf("%d commands at once, want %d; stderr:\n%s", alive(), commands, r.stderr())
			}
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.pid))
			must(t, err)
			threads, memory := statusNumber(status, "Threads"), statusNumber(status, "VmHWM")
			t.Logf("%d commands: %d threads, %d KiB at the peak", commands, threads, memory)
			if limit := 32<<10 + commands*most; threads > maxThreads || memory > limit {
				t.Errorf("the parent has %d threads and %d KiB at the peak, want at most %d and %d",
					threads, memory, maxThreads, limit)
			}
			eventually(func() bool { // each cat ends when a writer has come and gone
				gate, err := os.OpenFile(p.dir+"/gate", os.O_WRONLY|unix.O_NONBLOCK, 0)
				if err == nil {
					gate.Close()
				}
				return r.over()
			})
			r.wants(0)
			wantSame(r, lines)
		})
	}
}

// When other processes take the room for processes, commands wait for it, and none fails.
func TestRoomForCommandsIsTaken(t *testing.T) {
	testenv.Long(t)
	needsRoot(t, "to make a cgroup")
	const items = 400
	p := newPlace(t)
	lines := p.numbered(items)
	g := newTaskGroup(t, p)
	cmd := release(t, p, p.brood("run", "--jobs=16", "-a", "items", "--record", "record", "echo"))
	g.run(cmd)
	r := start(t, p, cmd)
	if !eventually(func() bool { return len(r.of(event.Started)) >= 5 || r.over() }) {
		t.Fatalf("no command has started; stderr:\n%s", r.stderr())
	}
	g.limit(1) // no further process until take
	eventually(func() bool { return len(r.of(event.Retried)) > 0 || r.over() })
	g.take(r, 40)
	r.wants(0)
	wantSame(r, lines)
	if n := strings.Count(r.stderr(), "\n"); n > 1 {
		t.Errorf("%d lines on stderr, want one at most:\n%s", n, r.stderr())
	}
	t.Logf("refused %d times", len(r.of(event.Retried)))
}
