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
)

// child is a child of brood, as /proc shows it.
type child struct {
	pid  int
	argv []string
}

// file is the first file that it is given.
func (c child) file() string {
	i := slices.Index(c.argv, "--")
	if i < 0 || i+1 == len(c.argv) {
		return ""
	}
	return c.argv[i+1]
}

func (c child) state() string             { return stateOf(c.pid) }
func (c child) signal(sig syscall.Signal) { _ = syscall.Kill(c.pid, sig) }

// stopped tells whether all threads have stopped: one that is in a system call
// does so at its end, and the kernel takes the process for stopped only then.
func (c child) stopped() bool {
	states := threads(c.pid)
	return states != "" && strings.Trim(states, "T") == ""
}

func goOn(children []child) {
	for _, c := range children {
		c.signal(syscall.SIGCONT)
	}
}

// pids are those of all processes.
func pids() (all []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// childrenOf are a process's children. A look at all processes would take a second where there are thousands.
func childrenOf(parent int) (pids []int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent)) // proc_tid_children(5)
	for _, file := range files {
		text, _ := os.ReadFile(file)
		for _, field := range strings.Fields(string(text)) {
			pid, _ := strconv.Atoi(field)
			pids = append(pids, pid)
		}
	}
	return pids
}

// argv is the command line of a process, nil for a zombie.
func argv(pid int) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// stat is what /proc/PID/stat begins with.
type stat struct {
	comm, state string
	ppid        int
}

func readStat(pid int) (s stat, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, false
	}
	// A name may hold anything, but the last ") " is its end.
	_, comm, _ := strings.Cut(string(text), "(")
	end := strings.LastIndex(comm, ") ")
	s.comm = comm[:end]
	_, err = fmt.Sscan(comm[end+2:], &s.state, &s.ppid)
	return s, err == nil
}

// stateOf is the letter of a process's state, "" for one that is gone.
func stateOf(pid int) string {
	s, _ := readStat(pid)
	return s.state
}

// gone tells whether the process has ended; a zombie has (its adopter may take a moment to reap it).
func gone(pid int) bool {
	state := stateOf(pid)
	return state == "" || state == "Z" || state == "X"
}

// threads are the letters of the states of a process's threads. That of the
// process is its first thread's, which in a Go program seldom is the one that works.
func threads(pid int) (states string) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, file := range files {
		tid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		states += stateOf(tid)
	}
	return states
}

// guardiansOf finds the guardians of a parent.
func guardiansOf(parent int) (found []int) {
	for _, pid := range pids() {
		if a := argv(pid); len(a) == 3 && a[1] == "guardian" && a[2] == fmt.Sprintf("--parent=%d", parent) {
			found = append(found, pid)
		}
	}
	return found
}

// descriptors are the open files of a process: number and what /proc/PID/fd shows.
func descriptors(pid int) map[int]string {
	open := map[int]string{}
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, link := range links {
		fd, _ := strconv.Atoi(filepath.Base(link))
		if target, err := os.Readlink(link); err == nil {
			open[fd] = target
		}
	}
	return open
}
