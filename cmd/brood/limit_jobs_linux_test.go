package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"brood/internal/event"
)

// atWork returns how many children run, as the record has it by now.
func (r *run) atWork() int { return len(r.of(event.Started)) - len(r.of(event.Exited)) }

// runs waits until that many children run.
func (r *run) runs(children int) {
	r.Helper()
	if !eventually(func() bool { return r.atWork() == children }) {
		r.Fatalf("%d children run, want %d; stderr:\n%s", r.atWork(), children, r.stderr())
	}
}

// brood limit --jobs changes how many commands run at once. None is ended for that.
func TestLimitJobs(t *testing.T) {
	t.Parallel()
	p, me := newPlace(t), uint32(os.Getuid())
	wait := "until [ -e go{} ]; do sleep 0.05; done"
	r := start(t, p, p.brood("run", "-j1", "--record", "record", "--shell", wait, ":::",
		"1", "2", "3", "4", "5", "6", "7"))
	letGo := func(items ...int) {
		for _, item := range items {
			must(t, os.WriteFile(fmt.Sprintf("%s/go%d", p.dir, item), nil, 0o644))
		}
	}
	r.runs(1)
	r.wantLimit(me, "jobs 1", r.pid)
	r.wantLimit(me, "3, was 1", r.pid, "--jobs", "3")
	r.runs(3)
	r.says("brood: number of commands at once changed: 3 (brood limit)\n")
	r.wantLimit(me, "1, was 3", r.pid, "-j1")
	r.wantLimit(me, "1, was 1", r.pid, "--jobs=1")
	if !eventually(func() bool { return len(r.of(event.Adjusted)) == 2 }) {
		t.Errorf("%+v, want two changes", r.of(event.Adjusted))
	}
	letGo(1, 3)
	if !eventually(func() bool { return len(r.of(event.Exited)) == 2 }) {
		t.Errorf("%+v, want two ends", r.of(event.Exited))
	}
	letGo(2, 4, 5)
	if !eventually(func() bool { return len(r.of(event.Exited)) == 5 }) {
		t.Errorf("%+v, want five ends", r.of(event.Exited))
	}
	r.wantLimit(me, "no limit, was 1", r.pid, "--jobs=0")
	r.runs(2)
	letGo(6, 7)
	r.wants(0)
	r.wantLimit(me, fmt.Sprintf("brood: limit %d: no such process", r.pid), r.pid, "-j2")

	now, slots := 0, 1
	for _, e := range r.events() {
		switch e.Kind {
		case event.Adjusted:
			if slots = e.Slots; e.Reason != event.ReasonLimit {
				t.Errorf("%+v, want the reason %q", e, event.ReasonLimit)
			}
		case event.Started:
			if now++; now > slots {
				t.Errorf("%s starts, and then %d run, want %d at most", e.Name, now, slots)
			}
		case event.Exited:
			now--
		}
	}
}

// brood limit --jobs changes how many children copy at once. Children have no such limit.
func TestLimitJobsOfCopy(t *testing.T) {
	t.Parallel()
	me := uint32(os.Getuid())
	for flag, was := range map[string]string{"--jobs=1": "1", "--jobs=auto": "auto"} {
		t.Run(flag, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 4, 300*kib)
			r := start(t, p, p.copy(flag, "--bwlimit=8K", "--stall=1h"))
			if !eventually(func() bool { return r.atWork() > 0 }) {
				t.Fatalf("no child; stderr:\n%s", r.stderr())
			}
			r.wantLimit(me, "rate 8.0 KiB/s\njobs "+was, r.pid)
			r.wantLimit(me, "4, was "+was+"\n9.0 KiB/s, was 8.0 KiB/s", r.pid, "9K", "--jobs=4")
			r.runs(4)
			child := r.of(event.Started)[0].PID
			r.wantLimit(me, "rate 9.0 KiB/s", child)
			r.wantLimit(me, fmt.Sprintf("brood: limit %d: is a child, and --jobs is about a parent", child), child, "-j1")
			r.wantLimit(me, "off, was 9.0 KiB/s", r.pid, "off")
			r.wants(0)
			p.equal(t)
		})
	}
}

// brood limit changes nothing of a process that has no such limit, and sends it no signal.
func TestLimitJobsOfOthers(t *testing.T) {
	t.Parallel()
	p, me := newPlace(t), uint32(os.Getuid())
	// The command ends by any signal that it can be sent.
	trap := "trap 'exit 3' WINCH USR1 USR2 HUP URG CONT; until [ -e go ]; do sleep 0.05; done; : {}"
	r := start(t, p, p.brood("run", "-j1", "--record", "record", "--shell", trap, ":::", "1"))
	r.runs(1)
	command := r.of(event.Started)[0].PID
	const no = "brood: limit %d: is no brood copy, verify or run with children on this machine"
	r.wantLimit(me, fmt.Sprintf(no, command), command)
	r.wantLimit(me, fmt.Sprintf(no, command), command, "--jobs=3")
	r.wantLimit(me, fmt.Sprintf("brood: limit %d: runs commands, which have no RATE", r.pid), r.pid, "1M")
	if me == 0 {
		r.wantLimit(nobody, fmt.Sprintf("brood: limit %d: permission denied", r.pid), r.pid, "--jobs=3")
	}
	must(t, exec.Command("touch", p.dir+"/go").Run())
	r.wants(0)
	if changes := r.of(event.Adjusted); len(changes) != 0 {
		t.Errorf("%+v, want no change", changes)
	}
}

// brood limit --jobs raises the number of commands that read blocks, however few there were at first.
func TestLimitJobsOfPipe(t *testing.T) {
	t.Parallel()
	p, me := newPlace(t), uint32(os.Getuid())
	cmd := p.brood("run", "--pipe", "-n", "1", "-j1", "--record", "record", "--shell", "until [ -e go ]; do sleep 0.5; done")
	cmd.Stdin = strings.NewReader(strings.Repeat("line\n", 160))
	r := start(t, p, cmd)
	r.runs(1)
	r.wantLimit(me, "130, was 1", r.pid, "--jobs", "130")
	r.runs(130)
	must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
	r.wants(0)
}
