package process_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
	"brood/internal/process"
)

// thread is a thread's priorities, as the kernel has them.
type thread struct{ nice, io int }

// priorities returns those of all threads of a process.
func priorities(t *testing.T, pid int) map[int]thread {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := map[int]thread{}
	for _, task := range tasks {
		tid, _ := strconv.Atoi(task.Name())
		fields := machine.Stat(fmt.Sprintf("/proc/%d/task/%d/stat", pid, tid))
		io, _, errno := unix.Syscall(unix.SYS_IOPRIO_GET, 1, uintptr(tid), 0)
		if len(fields) == 0 || errno != 0 {
			continue // it has ended
		}
		nice, err := strconv.Atoi(fields[19-3]) // field 19 of proc_pid_stat(5)
		if err != nil {
			t.Fatal(err)
		}
		found[tid] = thread{nice, int(io)}
	}
	return found
}

// Every thread of a child has the child's priority. In the parent only the thread that started it has that.
func TestPriority(t *testing.T) {
	own := priorities(t, os.Getpid())[os.Getpid()]
	idle := process.IOPriority{Class: process.IOIdle}
	rows := map[string]struct {
		limits process.Limits
		want   thread
	}{
		"none":        {process.Limits{}, own},
		"nice":        {process.Limits{Nice: 3}, thread{own.nice + 3, own.io}},
		"idle":        {process.Limits{IO: idle}, thread{own.nice, 3 << 13}},
		"both":        {process.Limits{Nice: 5, IO: process.IOPriority{Class: process.IOBestEffort, Level: 7}}, thread{own.nice + 5, 2<<13 | 7}},
		"first of it": {process.Limits{IO: process.IOPriority{Class: process.IOBestEffort}}, thread{own.nice, 2 << 13}},
	}
	if os.Getuid() == 0 {
		rows["root"] = struct {
			limits process.Limits
			want   thread
		}{process.Limits{Nice: -4, IO: process.IOPriority{Class: process.IORealtime, Level: 6}}, thread{own.nice - 4, 1<<13 | 6}}
	}
	for name, row := range rows {
		for _, daemon := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " daemon ", daemon), func(t *testing.T) {
				p := start(t, process.Config{Target: "hang", Daemon: &daemon, Limits: row.limits})
				up(t, p)
				threads := priorities(t, pidOf(t, p))
				for tid, got := range threads {
					if got != row.want {
						t.Errorf("thread %d has %+v, want %+v", tid, got, row.want)
					}
				}
				if len(threads) < 3 {
					t.Errorf("%d threads: not those of a Go program", len(threads))
				}
			})
		}
	}
	wantParentAsBefore(t, own, len(rows))
	process.Finish(time.Second)
	if !eventually(func() bool { return len(otherThan(t, own)) == 0 }) {
		t.Errorf("threads with another priority after the end: %v", otherThan(t, own))
	}
}

// wantParentAsBefore fails the test unless the parent's priorities are unchanged, except for the threads that
// start children.
func wantParentAsBefore(t *testing.T, own thread, starters int) {
	t.Helper()
	if others := otherThan(t, own); len(others) > starters-1 {
		t.Errorf("too many threads with another priority: %v", others)
	}
	if got := priorities(t, os.Getpid())[os.Getpid()]; got != own {
		t.Errorf("the first thread has %+v, had %+v", got, own)
	}
	p := start(t, process.Config{Target: "hang"})
	up(t, p)
	if got := priorities(t, pidOf(t, p))[pidOf(t, p)]; got != own {
		t.Errorf("a child without limits has %+v, want %+v", got, own)
	}
	_ = p.Kill()
	join(t, p)
}

func otherThan(t *testing.T, own thread) map[int]thread {
	t.Helper()
	threads := priorities(t, os.Getpid())
	for tid, got := range threads {
		if got == own {
			delete(threads, tid)
		}
	}
	return threads
}
