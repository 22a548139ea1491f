//go:build linux

package main

import (
	"path/filepath"
	"slices"
	"syscall"

	"brood/internal/filecopy"
	"brood/internal/pace"
)

// children are the children of brood that are up, but for the one that makes DEST.
func (r *run) children() (children []child) {
	for _, pid := range childrenOf(r.pid) {
		if c := (child{pid, argv(pid)}); len(c.argv) > 2 && c.argv[1] == "child" && c.argv[2] != "make" {
			children = append(children, c)
		}
	}
	return children
}

// hold stops n children, each in the midst of its file; from then on nothing slows them.
func (r *run) hold(n int) []child {
	r.Helper()
	defer r.unlimit()
	return r.holdSlow(n)
}

// unlimit ends the limit of copySlowly.
func (r *run) unlimit() {
	r.Helper()
	if bucket, err := pace.Of(r.pid); err == nil { // else it has ended meanwhile
		bucket.SetRate(0)
		must(r.T, bucket.Close())
	}
}

// holdSlow is hold, but that children stay as slow as they are.
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
		r.Fatalf("%d children could be stopped while they copied, want %d; it says:\n%s", len(held), n, r.stderr())
	}
	var children []child
	for _, c := range held {
		children = append(children, c)
	}
	return children
}

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

// copying tells whether there is a temporary of the child's file.
func (r *run) copying(c child) bool {
	names, _ := filepath.Glob(r.dst + "/." + c.file() + ".*")
	return slices.ContainsFunc(names, func(name string) bool { return filecopy.IsTemporary(filepath.Base(name)) })
}
