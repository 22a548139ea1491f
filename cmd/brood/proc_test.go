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

// file returns the first file on the command line of the child.
func (c child) file() string {
	i := slices.Index(c.argv, "--")
	if i < 0 || i+1 == len(c.argv) {
		return ""
	}
	return c.argv[i+1]
}

func (c child) state() string             { return stateOf(c.pid) }
func (c child) signal(sig syscall.Signal) { _ = syscall.Kill(c.pid, sig) }

// stopped tells whether all threads have stopped. A thread in a system call stops at the end of the call, and the
// kernel takes the process for stopped only then.
func (c child) stopped() bool {
	states := threads(c.pid)
	return states != "" && strings.Trim(states, "T") == ""
}

// goOn continues stopped children.
func goOn(children []child) {
	for _, c := range children {
		c.signal(syscall.SIGCONT)
	}
}

// pids returns the PIDs of all processes.
func pids() (all []int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// environ returns the environment of a process, up to the size of the buffer, which it uses. Tests read the
// environments of all processes often: os.ReadFile would make twice as many system calls.
func environ(pid int, buffer []byte) []byte {
	fd, err := syscall.Open(fmt.Sprintf("/proc/%d/environ", pid), syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer syscall.Close(fd)
	n, _ := syscall.Read(fd, buffer)
	return buffer[:max(n, 0)]
}

// childrenOf returns the children of a process. With thousands of processes, a search among all would take a second.
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

// argv returns the command line of a process, nil for a zombie.
func argv(pid int) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// stat holds the first fields of /proc/PID/stat.
type stat struct {
	comm, state string
	ppid        int
}

func readStat(pid int) (s stat, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, false
	}
	// The name may contain any characters, and ends with the last ") ".
	_, comm, _ := strings.Cut(string(text), "(")
	end := strings.LastIndex(comm, ") ")
	s.comm = comm[:end]
	_, err = fmt.Sscan(comm[end+2:], &s.state, &s.ppid)
	return s, err == nil
}

// stateOf returns the letter of a process's state, "" when there is no such process.
func stateOf(pid int) string {
	s, _ := readStat(pid)
	return s.state
}

// gone tells whether the process has ended. A zombie has: its new parent may reap it later.
func gone(pid int) bool {
	state := stateOf(pid)
	return state == "" || state == "Z" || state == "X"
}

// threads returns a letter for the state of each thread of a process. The state of the process is only that of its
// first thread, which rarely does the work in a Go program.
func threads(pid int) (states string) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, file := range files {
		tid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		states += stateOf(tid)
	}
	return states
}

// guardiansOf returns the PIDs of the guardians of a parent.
func guardiansOf(parent int) (found []int) {
	for _, pid := range pids() {
		if a := argv(pid); len(a) == 4 && a[1] == "guardian" && a[2] == fmt.Sprintf("--parent=%d", parent) {
			found = append(found, pid)
		}
	}
	return found
}

// descriptors returns the open files of a process, by number, as /proc/PID/fd shows them.
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
