//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// priority holds what the kernel has of a thread: its niceness, and its I/O class and level as one number.
type priority struct{ nice, io int }

// priorities returns the different priorities of the threads of a process.
func priorities(pid int) (found []priority) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, file := range files {
		tid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		text, _ := os.ReadFile(file)
		const ofThread = 1 // IOPRIO_WHO_PROCESS
		io, _, errno := unix.Syscall(unix.SYS_IOPRIO_GET, ofThread, uintptr(tid), 0)
		if len(text) == 0 || errno != 0 {
			continue // the thread has ended
		}
		// The name may contain any characters. It ends with the last ") ", and the third field follows.
		fields := strings.Fields(string(text[strings.LastIndex(string(text), ") ")+2:]))
		nice, _ := strconv.Atoi(fields[19-3])
		if p := (priority{nice, int(io)}); !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	return found
}

// The children have the priorities and limits of --nice, --ionice, --memory and --cpu-time, the parent has not, and
// the copy is complete.
func TestCopyWithinLimits(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	own := priorities(os.Getpid())[0]
	for _, c := range []struct {
		nice  int
		io    string
		want  int
		flags []string
	}{
		{7, "idle", 3 << 13, nil},
		{3, "best-effort:6", 2<<13 | 6, []string{"--daemon"}},
		{-3, "realtime", 1<<13 | 4, nil}, // the parent gives up the right to it before it starts children
	} {
		t.Run(fmt.Sprint(c.io, " ", c.nice), func(t *testing.T) {
			if c.nice < 0 {
				needsRoot(t, "to raise a priority")
			}
			p := newPlace(t)
			p.big(t, 4)
			p.small(t, 5, 1000)
			// The memory is enough for the race detector, too; the hash takes some time.
			flags := append(c.flags, "--hash=md5", "--memory=768M", "--cpu-time=10m", "--ionice", c.io,
				"--nice", fmt.Sprint(c.nice))
			r := start(t, p, p.copySlowly(flags...))
			held := r.hold(2)
			for _, child := range held {
				want := priority{own.nice + c.nice, c.want}
				if got := priorities(child.pid); len(got) != 1 || got[0] != want {
					t.Errorf("threads of child %d have %+v, want %+v", child.pid, got, want)
				}
				memory := slices.Contains(child.argv, "--memory=805306368")
				if !memory || !slices.Contains(child.argv, "--cpu-time=10m0s") {
					t.Errorf("argv %q, want --memory=805306368 and --cpu-time=10m0s in it", child.argv)
				}
			}
			// One thread of the parent has the priority of the children.
			if got := priorities(r.pid); !slices.Contains(got, own) || len(got) > 2 {
				t.Errorf("threads of the parent have %+v, want %+v and one other", got, own)
			}
			goOn(held)
			r.wants(0)
			p.equal(t)
		})
	}
}

// When the user may not set a priority, brood says so and makes nothing.
func TestLimitsNotPermitted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ flag, says string }{
		{"--nice=-1", "brood: nice -1: permission denied\n"},
		{"--ionice=realtime", "brood: ionice realtime:4: operation not permitted\n"},
	} {
		t.Run(c.flag, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 1, 100)
			cmd := p.brood("copy", c.flag, p.src, p.dst)
			if os.Getuid() == 0 {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
			}
			r := start(t, p, cmd)
			r.wants(2)
			r.says(c.says)
			if _, err := os.Lstat(p.dst); err == nil {
				t.Error("the destination exists, want none")
			}
		})
	}
}

// A child over its CPU time limit is killed, and only its file fails. The file here is one large hole: it takes no
// room, and its MD5 takes seconds.
func TestCPUTimeLimit(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 3, 1000)
	must(t, os.WriteFile(p.src+"/sparse", nil, 0o644))
	must(t, os.Truncate(p.src+"/sparse", 16<<30))
	r := start(t, p, p.copy("--hash=md5", "--cpu-time=1s"))
	r.wants(1)
	r.says(`not copied: file="sparse" error="its process was ended by its CPU time limit of 1s"`)
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "sparse" {
		t.Errorf("failed: %+v, want only \"sparse\"", failed)
	}
	p.equal(t, "sparse")
}

// A signal that ends a child early, before it handles signals, makes only its file fail. brood names the signal.
func TestChildThatCrashesEarly(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGTERM} {
		t.Run(unix.SignalName(sig), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.small(t, 2, 20_000)
			r := start(t, p, p.copy("--jobs=1", "--bwlimit=4K")) // 5 s a file
			if !eventually(func() bool { return len(r.of(event.Started)) > 0 }) {
				t.Fatalf("no child has started; stderr:\n%s", r.stderr())
			}
			child := r.of(event.Started)[0]
			must(t, syscall.Kill(child.PID, sig))
			r.wants(1)
			failed := r.of(event.Failed)
			if len(failed) != 1 || failed[0].File != child.File ||
				!strings.Contains(failed[0].Error, unix.SignalName(sig)) {
				t.Errorf("failed: %+v, want only %q, by %v", failed, child.File, unix.SignalName(sig))
			}
			p.equal(t, child.File)
			wantNextRun(t, p)
		})
	}
}

// Any signal that ends a child in the middle of its file makes only this file fail. brood names the signal.
func TestChildThatCrashes(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGABRT, syscall.SIGXCPU} {
		t.Run(unix.SignalName(sig), func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 2)
			p.small(t, 3, 100)
			r := start(t, p, p.copySlowly("--jobs=2", "--cpu-time=10m", "--hash=md5"))
			held := r.hold(1)
			held[0].signal(sig)
			goOn(held)
			r.wants(1)
			r.says(fmt.Sprintf("not copied: file=%q error=\"its process was ended by %s\"",
				held[0].file(), unix.SignalName(sig)))
			if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != held[0].file() {
				t.Errorf("failed: %+v, want only %q", failed, held[0].file())
			}
			p.equal(t, held[0].file())
			wantNextRun(t, p)
		})
	}
}
