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

// burst is how much more than a rate may pass.
func burst(rate int64) int64 { return max(rate/10, rate*75/1000+int64(os.Getpagesize())) }

// as has the command run by that user.
func as(t *testing.T, uid uint32, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	if uid != uint32(os.Getuid()) {
		needsRoot(t, "to be other users")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	return cmd
}

// wantLimit fails the test unless brood limit, run by that user, says so.
func (r *run) wantLimit(uid uint32, want string, pid int, rate ...string) {
	r.Helper()
	out, _ := as(r.T, uid, r.brood(append([]string{"limit", fmt.Sprint(pid)}, rate...)...)).CombinedOutput()
	if string(out) != want+"\n" {
		r.Errorf("user %d: brood limit %d %q says %q, want %q", uid, pid, rate, out, want)
	}
}

// waits waits until so many children have said that they wait for their turn.
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
		r.Fatalf("they do not wait; it says:\n%s", r.stderr())
	}
}

// All children together are never above the rate. Each byte is moved twice, and
// nothing is shared with the source, as it is read back.
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
			t.Fatalf("%d bytes in %v", total, d)
		}
	}
	if d := time.Duration(r.of(event.Finished)[0].Duration * 1e9); d < (2*files*size-time.Duration(burst(rate)))*time.Second/rate {
		t.Errorf("it took %v", d)
	}
}

// inTime are the events in the order in which they happened.
func inTime(events []event.Event) []event.Event {
	slices.SortStableFunc(events, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	return events
}

// A rate is changed while it is kept, by whom the kernel lets: what would take minutes ends soon.
func TestLimit(t *testing.T) {
	t.Parallel()
	me := uint32(os.Getuid())
	for name, row := range map[string]struct {
		flags  []string
		copies uint32 // the user
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
				r.wantLimit(uid, "8.0 KiB/s", r.pid)
				r.wantLimit(uid, "8.0 KiB/s, was 8.0 KiB/s", r.pid, "8K")
			}
			r.wantLimit(row.may[0], "off, was 8.0 KiB/s", r.pid, "0")
			r.wants(0)
			p.equal(t)
			r.wantLimit(row.may[0], fmt.Sprintf("brood: limit %d: no such process", r.pid), r.pid, "1M")
		})
	}
}

// A run without a rate gets one, and is rid of it.
func TestLimitLater(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 8) // at full speed, so there must be time enough to stop two
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

// A child that waits for its turn longer than a stall may last is no stall.
func TestWaitingIsNoStall(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const children, stall = 12, 5 * time.Second // a turn at 4 KiB/s takes a second
	p := newPlace(t)
	p.small(t, children, 64*kib)
	r := start(t, p, p.copy(fmt.Sprintf("--jobs=%d", children), "--verify", "--bwlimit=4K", fmt.Sprint("--stall=", stall)))
	if !eventually(func() bool { return r.longestWait() > stall+time.Second || r.over() }) {
		t.Errorf("the longest wait was %v", r.longestWait())
	}
	r.wantLimit(uint32(os.Getuid()), "off, was 4.0 KiB/s", r.pid, "off")
	r.wants(0)
	p.equal(t)
}

// longestWait is how long a child waits for its turn by now.
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

// A killed parent's children keep the rate, and hear of another.
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
				t.Fatalf("no progress; it says:\n%s", r.stderr())
			}
			children := r.of(event.Started)
			killAndWait(r)
			if change {
				r.wantLimit(uint32(os.Getuid()), "off, was 4.0 KiB/s", children[1].PID, "off")
			}
			if !eventually(func() bool { return len(p.alive()) == 0 }) {
				t.Errorf("alive: %q", p.alive())
			}
			if files := p.complete(t); len(files) != 2 {
				t.Errorf("there are %q", files)
			}
			if d, least := time.Since(began), 2*2*size-burst(rate); !change && d < time.Duration(least)*time.Second/rate {
				t.Errorf("it took %v", d)
			}
		})
	}
}
