//go:build linux

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

// The log and the record have the names, PIDs and parents that the kernel has.
func TestProcessesAreThoseOfTheSystem(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 4)
	cmd := p.copySlowly("--jobs", "2")
	cmd.Path = p.installed(t)
	r := start(t, p, cmd)
	held := r.hold(2)

	begun := r.of(event.Begun)
	if len(begun) != 1 || begun[0].PID != r.pid || begun[0].PPID != os.Getpid() {
		t.Errorf("begun: %+v, want pid %d of parent %d", begun, r.pid, os.Getpid())
	}
	r.says(fmt.Sprintf("parent started: pid=%d ppid=%d ", r.pid, os.Getpid()))
	if s, _ := readStat(r.pid); s.comm != "brood" {
		t.Errorf("the parent is called %q, want brood", s.comm)
	}
	started := r.of(event.Started)
	for _, c := range held {
		i := slices.IndexFunc(started, func(e event.Event) bool { return e.PID == c.pid })
		if i < 0 {
			t.Errorf("started: %+v, want child %d %q among them", started, c.pid, c.argv)
			continue
		}
		wantChild(r, c, started[i])
	}
	goOn(held)
	r.wants(0)
	p.equal(t)
	for _, e := range r.of(event.Exited) {
		isIt := func(s event.Event) bool { return s.PID == e.PID && s.Name == e.Name }
		if !slices.ContainsFunc(r.of(event.Started), isIt) {
			t.Errorf("the record has the end of %s, PID %d, and not its start", e.Name, e.PID)
		}
		r.says(fmt.Sprintf("child exited: name=%s pid=%d exitcode=0 ", e.Name, e.PID))
	}
}

// wantChild compares what the kernel has of a child with its event and its line of the log.
func wantChild(r *run, c child, e event.Event) {
	r.Helper()
	s, _ := readStat(c.pid)
	if s.ppid != r.pid || e.PPID != r.pid {
		r.Errorf("parent of %s: %d, in the record %d, want %d", e.Name, s.ppid, e.PPID, r.pid)
	}
	if s.comm != "brood" {
		r.Errorf("%s is called %q, want brood", e.Name, s.comm)
	}
	want := []string{"brood", "child", "copy", "--name=" + e.Name}
	parent := fmt.Sprintf("--parent=%d", r.pid)
	if len(c.argv) < len(want) || !slices.Equal(c.argv[:len(want)], want) || !slices.Contains(c.argv, parent) {
		r.Errorf("argv of %s: %q, want %q first, and %s", e.Name, c.argv, want, parent)
	}
	if c.file() != e.File || !strings.HasPrefix(e.Name, "copy-") {
		r.Errorf("%s has the file %q, in the record %q", e.Name, c.file(), e.File)
	}
	r.says(fmt.Sprintf("child started: name=%s pid=%d ppid=%d ", e.Name, c.pid, r.pid))
}

// A child has open what it needs for its files and for its parent, and nothing of other children.
func TestDescriptorsOfChildren(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{{"--jobs=3"}, {"--jobs=3", "--daemon"}} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 6)
			r := start(t, p, p.copySlowly(flags...))
			held := r.hold(3)
			users := map[string]int{} // by pipe: how many children have it open
			for _, c := range held {
				for _, pipe := range wantDescriptors(r, c) {
					users[pipe]++
				}
			}
			for pipe, n := range users {
				if n != 1 && n != len(held) { // its own, or the lifeline
					t.Errorf("%d of %d children have %s open, want one or all", n, len(held), pipe)
				}
			}
			goOn(held)
			r.wants(0)
		})
	}
}

// wantDescriptors checks a child's open files and returns the pipes among them.
func wantDescriptors(r *run, c child) (pipes []string) {
	r.Helper()
	open := descriptors(c.pid)
	if open[0] != "/dev/null" || open[1] != r.dir+"/stdout" {
		r.Errorf("standard input %q and output %q, want /dev/null and %q", open[0], open[1], r.dir+"/stdout")
	}
	rates := 0
	for fd, what := range open {
		switch {
		case fd < 2:
		case what == "/memfd:brood-rate (deleted)":
			rates++
		case strings.HasPrefix(what, "pipe:"):
			if !slices.Contains(pipes, what) { // a daemon has the lifeline twice
				pipes = append(pipes, what)
			}
		case what == fmt.Sprintf("/proc/%d/status", c.pid): // its own, for its peak memory
		// Of the runtime of Go:
		case strings.HasPrefix(what, "anon_inode:[event"), strings.HasPrefix(what, "/sys/fs/cgroup/"):
		case what == r.src, what == r.dst, strings.HasPrefix(what, r.src+"/"), strings.HasPrefix(what, r.dst+"/"):
		default:
			r.Errorf("a child has descriptor %d open: %s", fd, what)
		}
	}
	if rates != 1 {
		r.Errorf("%d descriptors of the shared rate, want one", rates)
	}
	if len(pipes) != 3 || !strings.HasPrefix(open[2], "pipe:") {
		r.Errorf("pipes %q, want standard error, lifeline and events; all: %v", pipes, open)
	}
	return pipes
}
