//go:build linux

package main

import (
	"path"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
)

// troubles are what can happen during a run. A trouble with a higher weight happens more often.
var troubles = []struct {
	name   string
	weight int
	do     func(*soak, *run)
}{
	{"child killed", 3, func(s *soak, r *run) { s.hit(r, syscall.SIGKILL) }},
	{"child stopped", 1, func(s *soak, r *run) { s.hit(r, syscall.SIGSTOP) }},
	{"child crashed", 1, func(s *soak, r *run) { s.hit(r, syscall.SIGSEGV) }},
	{"parent killed", 1, func(s *soak, r *run) { _ = syscall.Kill(r.pid, syscall.SIGKILL) }},
	{"parent asked to end", 1, func(s *soak, r *run) { _ = syscall.Kill(r.pid, syscall.SIGTERM) }},
	{"parent stopped a while", 1, func(s *soak, r *run) {
		_ = syscall.Kill(r.pid, syscall.SIGSTOP)
		time.Sleep(time.Duration(s.random.IntN(500)) * time.Millisecond)
		_ = syscall.Kill(r.pid, syscall.SIGCONT)
	}},
	{"read error", 4, func(s *soak, r *run) {
		rule := faultfs.Rule{Ops: faultfs.Read | faultfs.Open, Name: s.file(), Err: s.cause()}
		rule.From, rule.Times = s.random.Int64N(1<<16), 1+s.random.IntN(2)
		s.inject(s.from, rule, 0)
	}},
	{"write error", 4, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: s.writing(), Err: s.cause(), Times: 1 + s.random.IntN(3)}, 0)
	}},
	{"full for a while", 1, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: faultfs.Write | faultfs.Create, Err: unix.ENOSPC, Times: 3}, 0)
	}},
	{"stalled read", 1, func(s *soak, r *run) {
		s.inject(s.from, faultfs.Rule{Ops: faultfs.Read, Name: s.file(), Stall: faultfs.Killable, Times: 1}, s.while())
	}},
	{"stalled write", 1, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: s.writing(), Stall: faultfs.Killable, Times: 1}, s.while())
	}},
	{"a write that cannot be killed", 1, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: faultfs.Write, Stall: faultfs.Uninterruptible, Times: 1}, s.while())
	}},
}

// file returns the name of a random file of the source.
func (s *soak) file() string {
	name := []string{"f-3", "f-6", "f-7", "big", "big"}[s.random.IntN(5)]
	return path.Join([]string{".", "a", "a/b", "c"}[s.random.IntN(4)], name)
}

// while returns a random time for a stall: shorter or longer than --stall, and sometimes 0, until the end of the run.
func (s *soak) while() time.Duration {
	return time.Duration(s.random.IntN(4)) * 3 * time.Second
}

// cause returns a random error of a file system.
func (s *soak) cause() syscall.Errno {
	return []syscall.Errno{unix.EIO, unix.EIO, unix.ESTALE, unix.ETIMEDOUT, unix.EACCES}[s.random.IntN(5)]
}

// writing returns a random operation that a copy makes at the destination.
func (s *soak) writing() faultfs.Op {
	ops := []faultfs.Op{faultfs.Write, faultfs.Create, faultfs.Fsync, faultfs.Rename, faultfs.Setattr, faultfs.Flush,
		faultfs.Lookup}
	return ops[s.random.IntN(len(ops))]
}

// inject makes a file system fail, for a time or until the end of the run.
func (s *soak) inject(fs *faultfs.FS, rule faultfs.Rule, while time.Duration) {
	f := passing{Fault: fs.Inject(rule)}
	if while > 0 {
		f.until = time.Now().Add(while)
	}
	s.faults = append(s.faults, f)
}

// hit sends a signal to a random child.
func (s *soak) hit(r *run, sig syscall.Signal) {
	if children := r.children(); len(children) > 0 {
		children[s.random.IntN(len(children))].signal(sig)
	}
}

// passing is a fault that ends.
type passing struct {
	*faultfs.Fault
	until time.Time // when it ends; zero: with the run
}

// trouble makes a random trouble, or none half of the time.
func (s *soak) trouble(r *run) {
	all := 0
	for _, t := range troubles {
		all += t.weight
	}
	n := s.random.IntN(2 * all)
	for _, t := range troubles {
		if n -= t.weight; n < 0 {
			t.do(s, r)
			s.count[t.name]++
			return
		}
	}
}

// pass ends each fault whose time is over.
func (s *soak) pass() {
	s.faults = slices.DeleteFunc(s.faults, func(f passing) bool {
		over := !f.until.IsZero() && time.Now().After(f.until)
		if over {
			f.Remove()
		}
		return over
	})
}

// repair ends all faults.
func (s *soak) repair() {
	for _, f := range s.faults {
		s.count["faults met"] += f.Count()
		f.Remove()
	}
	s.faults = nil
}
