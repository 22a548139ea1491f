package census

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/process"
)

// Take looks at the processes of this moment, with the rates since their starts.
func Take() (*Census, error) { return take("/proc") }

func take(dir string) (*Census, error) {
	t := taker{dir: dir, programs: map[string]bool{}, found: map[int]*Process{}, lines: map[int][]string{}}
	if err := t.look(); err != nil {
		return nil, err
	}
	_, shown := t.stat(1) // a process that there always is, and hardly ever the caller's
	c := &Census{Broods: t.link(), Hidden: !shown}
	c.each(t.moved)
	for _, p := range t.found {
		t.elsewhere(p)
	}
	c.At = time.Now()
	c.Rated(nil)
	return c, nil
}

// taker finds the processes in two steps: those that are children by their command lines,
// then those that are something to these.
type taker struct {
	dir      string
	programs map[string]bool  // what a brood's program is called here
	found    map[int]*Process // by PID
	lines    map[int][]string // the command lines of those that are, or may be, of a brood
	children []child
	commands []int // perhaps broods
	nameless []int // without a command line: zombies, and threads of the kernel
	sinceUp  time.Duration
}

type child struct {
	*Process
	parent int // as the command line has it
}

func (t *taker) look() error {
	pids, err := t.pids()
	if err != nil {
		return err
	}
	var up unix.Timespec // what starts are counted by; /proc/uptime may be a container's own
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	t.sinceUp = time.Duration(up.Nano())
	t.calls(self())
	for _, pid := range pids {
		t.classify(pid)
	}
	for _, pid := range t.commands {
		if t.isBrood(pid) {
			t.parent(pid)
		}
	}
	return nil
}

func (t *taker) pids() (pids []int, err error) {
	entries, err := os.ReadDir(t.dir)
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	switch {
	case len(pids) > 0: // also where one has gone in between
		return pids, nil
	case err != nil && !os.IsNotExist(err):
		return nil, fmt.Errorf("look for processes: %w", err)
	}
	return nil, ErrNoProc
}

// self is what this program is called.
func self() (exe, argv0 string) {
	exe, _ = os.Executable()
	return exe, os.Args[0]
}

// calls notes what a brood's program is called.
func (t *taker) calls(names ...string) {
	for _, name := range names {
		if name != "" {
			t.programs[program(name)] = true
		}
	}
}

// program is the last part of a name; that of a program that was replaced has the kernel's mark.
func program(name string) string { return filepath.Base(strings.TrimSuffix(name, " (deleted)")) }

func (t *taker) classify(pid int) {
	argv, exists := t.argv(pid)
	line, isChild := process.ReadCommandLine(argv)
	switch {
	case !exists:
	case len(argv) == 0:
		t.nameless = append(t.nameless, pid)
	case isChild:
		t.calls(t.exe(pid), argv[0])
		t.lines[pid] = argv
		t.child(pid, line)
	case len(argv) > 1 && slices.Contains([]string{"copy", "task", "verify", "follow", "lesson"}, argv[1]):
		t.lines[pid] = argv
		t.commands = append(t.commands, pid)
	}
}

func (t *taker) child(pid int, line process.CommandLine) {
	p, ok := t.stat(pid)
	if !ok {
		return
	}
	p.Role = Guardian
	if !line.Guardian {
		p.Role, p.Name, p.Target = Child, line.Name, line.Target
		p.File, p.Files = t.fileAt(pid, filesOf(line))
	}
	t.found[pid] = p
	t.children = append(t.children, child{p, line.Parent})
}

func (t *taker) isBrood(pid int) bool {
	if exe := t.exe(pid); exe != "" {
		return t.programs[program(exe)]
	}
	return t.programs[program(t.lines[pid][0])] // another user's
}

func (t *taker) parent(pid int) {
	if p, ok := t.stat(pid); ok {
		argv := t.lines[pid]
		p.Role, p.Command = Parent, argv[min(1, len(argv)):]
		if batch, ok := batchOf(p.Command); ok {
			p.Role, p.Name, p.Task = Task, fmt.Sprint("task-", batch+1), t.taskID(pid)
		}
		t.found[pid] = p
	}
}

// link makes trees of what was found, and returns their roots. Who has ended since then has
// no children any more; so a parent is not looked for by the number on a command line, which
// may be another's by now, but is the one that the kernel names.
func (t *taker) link() (roots []*Process) {
	for _, p := range t.found {
		t.unborn(p)
	}
	for _, c := range t.children {
		if c.Name == "" && c.Role == Child {
			continue
		}
		isParent := t.isParent(c.PPID, c.parent)
		if isParent && t.found[c.PPID] == nil {
			t.lines[c.PPID], _ = t.argv(c.PPID)
			t.parent(c.PPID)
		}
		if !isParent || t.found[c.PPID] == nil {
			c.Starter = c.parent
		}
	}
	t.zombies()
	for _, p := range t.found {
		if parent := t.found[p.PPID]; parent != nil && p.Starter == 0 {
			parent.Children = append(parent.Children, p)
		} else {
			roots = append(roots, p)
		}
	}
	for _, p := range t.found {
		slices.SortFunc(p.Children, byAge)
	}
	slices.SortFunc(roots, byAge)
	return roots
}

// unborn makes a child of a process that is only about to become one: between fork and
// exec it has the command line of its parent.
func (t *taker) unborn(p *Process) {
	if parent := t.lines[p.PPID]; parent != nil && slices.Equal(parent, t.lines[p.PID]) {
		p.Role, p.Command, p.Name, p.Task, p.Target, p.File, p.Files = Child, nil, "", "", "", "", 0
	}
}

func byAge(a, b *Process) int {
	return cmp.Or(cmp.Compare(a.started, b.started), cmp.Compare(a.PID, b.PID))
}

// isParent tells whether the process that the kernel calls a child's parent is the one
// that the child calls so. In a container it has another number there.
func (t *taker) isParent(ppid, named int) bool {
	if ppid == named {
		return true
	}
	status, _ := os.ReadFile(t.file(ppid, "status"))
	for line := range strings.Lines(string(status)) {
		if numbers, ok := strings.CutPrefix(line, "NSpid:"); ok {
			own := strings.Fields(numbers)
			return len(own) > 1 && own[len(own)-1] == strconv.Itoa(named)
		}
	}
	return false
}

// zombies are those that a parent has yet to wait for.
func (t *taker) zombies() {
	for _, pid := range t.nameless {
		p, ok := t.stat(pid)
		if ok && strings.Contains("ZX", p.State) && t.found[p.PPID] != nil {
			p.Role = Child
			t.found[pid] = p
		}
	}
}
