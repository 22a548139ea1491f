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

// /proc is read by hand: procfs, the library for it, would cost each child 0.2 ms at its
// start, when the regular expressions are compiled that it has for other files.

func (t *taker) file(pid int, name string) string {
	return filepath.Join(t.dir, strconv.Itoa(pid), name)
}

// argv is the command line; it is empty for a zombie and for a thread of the kernel.
func (t *taker) argv(pid int) (argv []string, exists bool) {
	return machine.Argv(t.file(pid, "cmdline"))
}

// exe is the program's file, "" where the caller may not know.
func (t *taker) exe(pid int) string {
	name, _ := os.Readlink(t.file(pid, "exe"))
	return name
}

// tick is what times in stat are counted by: USER_HZ, which is 100 on all that Go runs on.
const tick = time.Second / 100

// stat reads what everybody may know. It is not ok for a process that is gone.
func (t *taker) stat(pid int) (p *Process, ok bool) {
	fields := machine.Stat(t.file(pid, "stat"))
	if len(fields) < 22 {
		return nil, false
	}
	number := func(field int) int64 { // as proc_pid_stat(5) counts
		n, _ := strconv.ParseInt(fields[field-3], 10, 64)
		return n
	}
	p = &Process{PID: pid, PPID: int(number(4)), State: t.state(pid, fields[0])}
	p.CPU = time.Duration(number(14)+number(15)) * tick
	p.started = uint64(number(22))
	p.Age = max(t.sinceUp-time.Duration(p.started)*tick, 0)
	p.RSS = number(24) * int64(os.Getpagesize())
	return p, true
}

// most are the states from the one on that tells the most. t is a stop by a tracer.
const most = "DTtRSIZX"

// state is that of the thread that tells the most; first is the first one's, which in a Go
// program seldom is the one that works.
func (t *taker) state(pid int, first string) string {
	state := first
	threads, _ := os.ReadDir(t.file(pid, "task"))
	for _, thread := range threads {
		fields := machine.Stat(filepath.Join(t.file(pid, "task"), thread.Name(), "stat"))
		if len(fields) > 0 && strings.Index(most, fields[0]) < strings.Index(most, state) {
			state = fields[0]
		}
	}
	return state
}

// moved reads what only the process's own user may know, and root. A parent's is read
// before its children's: one that ends in between is missing, and not there twice.
func (t *taker) moved(p *Process) {
	text, err := os.ReadFile(t.file(p.PID, "io"))
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

// filesOf are the names of the files that a child was given.
func filesOf(line process.CommandLine) (names []string) {
	switch line.Target {
	case "copy", "verify":
		return line.Args
	case "link": // each after the one that it shall be the same as
		for i := 1; i < len(line.Args); i += 2 {
			names = append(names, line.Args[i])
		}
	}
	return names // a lesson's are no files
}

// fileAt is the file that a child is at. Of several it is one that is open below a
// folder that is open, too: the source, or the destination.
func (t *taker) fileAt(pid int, names []string) (file string, files int) {
	if len(names) == 1 {
		return names[0], 1
	}
	given := map[string]bool{}
	for _, name := range names {
		given[name] = true
	}
	var open []string
	if len(names) > 0 {
		open = t.open(pid)
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

// open are the names of the files that a process has open, as far as the caller may know.
func (t *taker) open(pid int) (names []string) {
	dir := t.file(pid, "fd")
	descriptors, _ := os.ReadDir(dir)
	for _, d := range descriptors {
		if name, err := os.Readlink(filepath.Join(dir, d.Name())); err == nil && strings.HasPrefix(name, "/") {
			names = append(names, name)
		}
	}
	return names
}
