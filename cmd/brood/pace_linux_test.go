package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/testenv"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// burst returns the bytes that may pass at once, beyond what the rate lets pass over time.
func burst(rate int64) int64 { return max(rate/10, rate*75/1000+int64(os.Getpagesize())) }

// as makes the command run as that user.
func as(t *testing.T, uid uint32, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	if uid != uint32(os.Getuid()) {
		needsRoot(t, "to be other users")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	return cmd
}

// wantLimit runs brood limit as that user, and fails the test unless it prints want.
func (r *run) wantLimit(uid uint32, want string, pid int, limits ...string) {
	r.Helper()
	out, _ := as(r.T, uid, r.brood(append([]string{"limit", fmt.Sprint(pid)}, limits...)...)).CombinedOutput()
	if string(out) != want+"\n" {
		r.Errorf("user %d: brood limit %d %q prints %q, want %q", uid, pid, limits, out, want)
	}
}

// waits waits until the record has at least that number of children waiting for their turn.
func (r *run) waits(children int) {
	r.Helper()
	if !eventually(func() bool {
		waiting := map[int]bool{}
		for _, e := range r.of(event.Progress) {
			if e.Phase == "waiting" {
				waiting[e.PID] = true
			}
		}
		return len(waiting) >= children
	}) {
		r.Fatalf("fewer than %d children wait for their turn; stderr:\n%s", children, r.stderr())
	}
}

// With --bwlimit, all children together never move more bytes than the rate. With --verify, each byte counts twice:
// it is written and read back.
func TestBandwidth(t *testing.T) {
	testenv.Long(t)
	const rate, files, size = 2 * mib, 5, 1 * mib
	p := newPlace(t)
	p.small(t, files, size)
	r := start(t, p, p.copy("--jobs=3", "--verify", "--bwlimit=2M"))
	r.wants(0)
	p.equal(t)
	moved, began := map[string]int64{}, r.of(event.Begun)[0].Time
	for _, e := range inTime(r.events()) {
		switch {
		case e.Kind == event.Copied:
			moved[e.File] = 2 * size
		case e.Kind == event.Progress && e.Phase == "verifying":
			moved[e.File] = size + e.Bytes
		case e.Kind == event.Progress:
			moved[e.File] = max(moved[e.File], e.Bytes)
		}
		total := int64(0)
		for _, n := range moved {
			total += n
		}
		if d := e.Time.Sub(began); total > int64(d.Seconds()*rate)+burst(rate) {
			t.Fatalf("%d bytes in %v, want %d at most", total, d, int64(d.Seconds()*rate)+burst(rate))
		}
	}
	least := (2*files*size - time.Duration(burst(rate))) * time.Second / rate
	if d := time.Duration(r.of(event.Finished)[0].Duration * 1e9); d < least {
		t.Errorf("the run took %v, want %v at least", d, least)
	}
}

// inTime sorts the events by their time.
func inTime(events []event.Event) []event.Event {
	slices.SortStableFunc(events, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	return events
}

// brood limit changes the rate of a run, for users that the kernel permits. A copy of minutes then ends at once.
func TestLimit(t *testing.T) {
	t.Parallel()
	me := uint32(os.Getuid())
	for name, row := range map[string]struct {
		flags  []string
		copies uint32 // the user who runs the copy
		may    []uint32
		mayNot []uint32
	}{
		"by the same user": {nil, me, []uint32{me}, nil},
		"of daemons":       {[]string{"--daemon"}, me, []uint32{me}, nil},
		"unconfined":       {[]string{"--confine=never"}, me, []uint32{me}, nil},
		"of root":          {nil, 0, []uint32{0}, []uint32{nobody}},
		"of another":       {nil, nobody, []uint32{nobody, 0}, []uint32{nobody - 1}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 3, 300*kib)
			r := start(t, p, as(t, row.copies, p.copy(append(row.flags, "--jobs=2", "--verify", "--bwlimit=8K")...)))
			r.waits(2)
			for _, uid := range row.mayNot {
				r.wantLimit(uid, fmt.Sprintf("brood: limit %d: permission denied", r.pid), r.pid, "off")
			}
			for _, uid := range row.may {
				r.wantLimit(uid, "rate 8.0 KiB/s\njobs 2", r.pid)
				r.wantLimit(uid, "8.0 KiB/s, was 8.0 KiB/s", r.pid, "8K")
			}
			r.wantLimit(row.may[0], "off, was 8.0 KiB/s", r.pid, "0")
			r.wants(0)
			p.equal(t)
			r.wantLimit(row.may[0], fmt.Sprintf("brood: limit %d: no such process", r.pid), r.pid, "1M")
		})
	}
}

// brood limit gives a rate to a run without one, and takes it away again.
func TestLimitLater(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 8) // at full speed, and long enough to stop two children
	r := start(t, p, p.copy("--jobs=2", "--verify"))
	held := r.hold(2)
	me := uint32(os.Getuid())
	r.wantLimit(me, "8.0 KiB/s, was off", r.pid, "8K")
	goOn(held)
	r.waits(2)
	r.wantLimit(me, "off, was 8.0 KiB/s", r.pid, "off")
	r.wants(0)
	p.equal(t)
}

// A child that waits for its turn longer than --stall is not stalled.
func TestWaitingIsNoStall(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const children, stall = 12, 5 * time.Second // a turn at 4 KiB/s takes a second
	p := newPlace(t)
	p.small(t, children, 64*kib)
	flags := []string{fmt.Sprint("--jobs=", children), "--verify", "--bwlimit=4K", fmt.Sprint("--stall=", stall)}
	r := start(t, p, p.copy(flags...))
	if !eventually(func() bool { return r.longestWait() > stall+time.Second || r.over() }) {
		t.Errorf("the longest wait is %v, want more than %v", r.longestWait(), stall+time.Second)
	}
	r.wantLimit(uint32(os.Getuid()), "off, was 4.0 KiB/s", r.pid, "off")
	r.wants(0)
	p.equal(t)
}

// longestWait returns the longest time that a child has waited for its turn by now.
func (r *run) longestWait() (longest time.Duration) {
	since := map[int]event.Event{}
	for _, e := range r.of(event.Progress) {
		since[e.PID] = e
	}
	for _, e := range since {
		if e.Phase == "waiting" {
			longest = max(longest, time.Since(e.Time))
		}
	}
	return longest
}

// When the parent is killed, its children keep the rate. brood limit can still change it.
func TestPaceOutlivesTheParent(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const rate, size = 256 * kib, 256 * kib
	for name, change := range map[string]bool{"kept": false, "changed": true} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			flags, began := []string{"--jobs=2", "--verify", "--bwlimit=256K"}, time.Now()
			if change {
				flags[2] = "--bwlimit=4K"
			}
			p.small(t, 2, size)
			r := start(t, p, p.copy(flags...))
			if !eventually(func() bool { return len(r.of(event.Progress)) > 0 && len(r.of(event.Started)) == 2 }) {
				t.Fatalf("no progress of two children; stderr:\n%s", r.stderr())
			}
			children := r.of(event.Started)
			killAndWait(r)
			if change {
				r.wantLimit(uint32(os.Getuid()), "off, was 4.0 KiB/s", children[1].PID, "off")
			}
			if !eventually(func() bool { return len(p.alive()) == 0 }) {
				t.Errorf("alive: %q, want no process", p.alive())
			}
			if files := p.complete(t); len(files) != 2 {
				t.Errorf("at the destination: %q, want two files", files)
			}
			least := time.Duration(2*2*size-burst(rate)) * time.Second / rate
			if d := time.Since(began); !change && d < least {
				t.Errorf("the copy took %v, want %v at least", d, least)
			}
		})
	}
}
