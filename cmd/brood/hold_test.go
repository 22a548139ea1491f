//go:build linux

package main

import (
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"brood/internal/filecopy"
	"brood/internal/pace"
)

// children returns the live children of brood, except the child that makes the destination.
func (r *run) children() (children []child) {
	for _, pid := range childrenOf(r.pid) {
		if c := (child{pid, argv(pid)}); len(c.argv) > 2 && c.argv[1] == "child" && c.argv[2] != "make" {
			children = append(children, c)
		}
	}
	return children
}

// hold stops n children, each in the middle of its file, and ends the limit of copySlowly.
func (r *run) hold(n int) []child {
	r.Helper()
	defer r.unlimit()
	return r.holdSlow(n)
}

// unlimit ends the limit of copySlowly.
func (r *run) unlimit() {
	r.Helper()
	if bucket, err := pace.Of(r.pid); err == nil { // or else the run has ended
		bucket.SetRate(0)
		must(r.T, bucket.Close())
	}
}

// holdSlow is hold, but keeps the limit.
func (r *run) holdSlow(n int) []child {
	r.Helper()
	held := map[int]child{}
	if !eventually(func() bool {
		for _, c := range r.children() {
			if _, ok := held[c.pid]; !ok && len(held) < n && r.holdOne(c) {
				held[c.pid] = c
			}
		}
		return len(held) == n || r.over()
	}) || len(held) < n {
		r.Fatalf("stopped %d children while they copied, want %d; stderr:\n%s", len(held), n, r.stderr())
	}
	var children []child
	for _, c := range held {
		children = append(children, c)
	}
	return children
}

// holdOne stops a child, and tells whether it was in the middle of its file. If not, the child goes on.
func (r *run) holdOne(c child) bool {
	if !r.copying(c) {
		return false
	}
	c.signal(syscall.SIGSTOP)
	if eventually(func() bool { return c.stopped() || gone(c.pid) }) && c.stopped() && r.copying(c) {
		return true
	}
	c.signal(syscall.SIGCONT)
	return false
}

// unlimit ends the limit of a live run, whose parent has that PID.
func unlimit(t *testing.T, parent int) {
	t.Helper()
	setRate(t, parent, 0)
}

// setRate changes the limit of a live run, in bytes a second.
func setRate(t *testing.T, parent int, rate int64) {
	t.Helper()
	bucket, err := pace.Of(parent)
	must(t, err)
	bucket.SetRate(rate)
	must(t, bucket.Close())
}

// copying tells whether a temporary of the child's file is at the destination.
func (r *run) copying(c child) bool {
	names, _ := filepath.Glob(r.dst + "/." + c.file() + ".*")
	return slices.ContainsFunc(names, func(name string) bool { return filecopy.IsTemporary(filepath.Base(name)) })
}
