package census

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"brood/internal/machine"
	"brood/internal/process"
)

// This file reads /proc by hand. The library procfs would cost each child 0.2 ms at its start: it compiles regular
// expressions for other files.

func (s *survey) file(pid int, name string) string {
	return filepath.Join(s.dir, strconv.Itoa(pid), name)
}

// argv returns the command line. It is empty for a zombie and for a kernel thread.
func (s *survey) argv(pid int) (argv []string, exists bool) {
	return machine.Argv(s.file(pid, "cmdline"))
}

// exe returns the path of the program, or "" if the caller may not read it.
func (s *survey) exe(pid int) string {
	name, _ := os.Readlink(s.file(pid, "exe"))
	return name
}

// tick is the unit of times in stat: USER_HZ, which is 100 on all systems of Go.
const tick = time.Second / 100

// stat reads the facts that every user may read. ok is false if the process is gone.
func (s *survey) stat(pid int) (p *Process, ok bool) {
	fields := machine.Stat(s.file(pid, "stat"))
	if len(fields) < 22 {
		return nil, false
	}
	number := func(field int) int64 { // numbered as in proc_pid_stat(5)
		n, _ := strconv.ParseInt(fields[field-3], 10, 64)
		return n
	}
	p = &Process{PID: pid, PPID: int(number(4)), State: s.state(pid, fields[0])}
	p.CPU = time.Duration(number(14)+number(15)) * tick
	p.started = uint64(number(22))
	p.Age = max(s.sinceUp-time.Duration(p.started)*tick, 0)
	p.RSS = number(24) * int64(os.Getpagesize())
	return p, true
}

// telling lists the states, the most telling one first. t is a stop by a tracer.
const telling = "DTtRSIZX"

// state returns the most telling state of all threads. first is the state of the first thread, which seldom does
// the work in a Go program.
func (s *survey) state(pid int, first string) string {
	state := first
	threads, _ := os.ReadDir(s.file(pid, "task"))
	for _, thread := range threads {
		fields := machine.Stat(filepath.Join(s.file(pid, "task"), thread.Name(), "stat"))
		if len(fields) > 0 && strings.Index(telling, fields[0]) < strings.Index(telling, state) {
			state = fields[0]
		}
	}
	return state
}

// readIO reads the counters that only the user of the process and root may read. It is called for a parent before
// its children: a child that ends in between is missing, and not counted twice.
func (s *survey) readIO(p *Process) {
	text, err := machine.ReadFile(s.file(p.PID, "io"))
	if err != nil || len(text) == 0 {
		return
	}
	p.IO = &IO{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		n, _ := strconv.ParseInt(value, 10, 64)
		switch key {
		case "rchar":
			p.IO.Read = n
		case "wchar":
			p.IO.Written = n
		}
	}
}

// filesOf returns the names of the files that a child was given.
func filesOf(line process.CommandLine) (names []string) {
	switch line.Target {
	case "copy", "verify":
		return line.Args
	case "link": // pairs: the first name of a file, then the link to make
		for i := 1; i < len(line.Args); i += 2 {
			names = append(names, line.Args[i])
		}
	}
	return names // arguments of a lesson are no files
}

// fileAt returns the present file of a child. Of several files it is an open one below an open folder: the source or
// the destination.
func (s *survey) fileAt(pid int, names []string) (file string, files int) {
	if len(names) == 1 {
		return names[0], 1
	}
	given := map[string]bool{}
	for _, name := range names {
		given[name] = true
	}
	var open []string
	if len(names) > 0 {
		open = s.openFiles(pid)
	}
	for _, name := range open {
		for _, folder := range open {
			if below, ok := strings.CutPrefix(name, strings.TrimSuffix(folder, "/")+"/"); ok && given[below] {
				return below, len(names)
			}
		}
	}
	return "", len(names)
}

// openFiles returns the names of open files, as far as the caller may read them.
func (s *survey) openFiles(pid int) (names []string) {
	dir := s.file(pid, "fd")
	descriptors, _ := os.ReadDir(dir)
	for _, d := range descriptors {
		if name, err := os.Readlink(filepath.Join(dir, d.Name())); err == nil && strings.HasPrefix(name, "/") {
			names = append(names, name)
		}
	}
	return names
}
