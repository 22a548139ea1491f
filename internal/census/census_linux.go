package census

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
	"brood/internal/process"
)

// Take returns the broods of this moment, with their rates since their start.
func Take() (*Census, error) { return take("/proc") }

func take(dir string) (*Census, error) {
	s := survey{dir: dir, programs: map[string]bool{}, found: map[int]*Process{}, lines: map[int][]string{}}
	if err := s.collect(); err != nil {
		return nil, err
	}
	_, shown := s.stat(1) // always exists, and hardly ever belongs to the caller
	c := &Census{Broods: s.link(), Hidden: !shown}
	c.each(s.readIO)
	for _, p := range s.found {
		s.addRemote(p)
	}
	c.At = time.Now()
	c.Rated(nil)
	return c, nil
}

// survey finds the processes of one census. It finds children by their command lines, then their parents.
type survey struct {
	dir      string
	programs map[string]bool  // names of brood's program on this machine
	found    map[int]*Process // by PID
	lines    map[int][]string // command lines of possible members of a brood, by PID
	children []claim
	commands []int // PIDs that may be a parent without children
	nameless []int // PIDs without a command line: zombies and kernel threads
	sinceUp  time.Duration
}

// claim is a child, and the parent that its command line names.
type claim struct {
	*Process
	parent int // a PID
}

func (s *survey) collect() error {
	pids, err := s.pids()
	if err != nil {
		return err
	}
	var up unix.Timespec // the clock of start times; /proc/uptime may be that of a container
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	s.sinceUp = time.Duration(up.Nano())
	s.addProgram(self())
	for _, pid := range pids {
		s.classify(pid)
	}
	for _, pid := range s.commands {
		if s.isBrood(pid) {
			s.addParent(pid)
		}
	}
	return nil
}

func (s *survey) pids() (pids []int, err error) {
	entries, err := os.ReadDir(s.dir)
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	switch {
	case len(pids) > 0: // even after an error: a process may have gone in between
		return pids, nil
	case err != nil && !os.IsNotExist(err):
		return nil, fmt.Errorf("list processes: %w", err)
	}
	return nil, ErrNoProc
}

// self returns the names of this program.
func self() (exe, argv0 string) {
	exe, _ = os.Executable()
	return exe, os.Args[0]
}

// addProgram adds names of brood's program.
func (s *survey) addProgram(names ...string) {
	for _, name := range names {
		if name != "" {
			s.programs[program(name)] = true
		}
	}
}

// program returns the last part of a path. The kernel marks the path of a replaced program.
func program(name string) string { return filepath.Base(strings.TrimSuffix(name, " (deleted)")) }

func (s *survey) classify(pid int) {
	argv, exists := s.argv(pid)
	line, isChild := process.ReadCommandLine(argv)
	switch {
	case !exists:
	case len(argv) == 0:
		s.nameless = append(s.nameless, pid)
	case isChild:
		s.addProgram(s.exe(pid), argv[0])
		s.lines[pid] = argv
		s.addChild(pid, line)
	case len(argv) > 1 && slices.Contains(
		[]string{"copy", "task", "verify", "follow", "lesson", runCommand, runTask}, argv[1]):
		s.lines[pid] = argv
		s.commands = append(s.commands, pid)
	}
}

func (s *survey) addChild(pid int, line process.CommandLine) {
	p, ok := s.stat(pid)
	if !ok {
		return
	}
	p.Role = Guardian
	if !line.Guardian {
		p.Role, p.Name, p.Target = Child, line.Name, line.Target
		p.File, p.Files = s.fileAt(pid, filesOf(line))
	}
	s.found[pid] = p
	s.children = append(s.children, claim{p, line.Parent})
}

func (s *survey) isBrood(pid int) bool {
	if exe := s.exe(pid); exe != "" {
		return s.programs[program(exe)]
	}
	return s.programs[program(s.lines[pid][0])] // another user's process
}

func (s *survey) addParent(pid int) {
	if p, ok := s.stat(pid); ok {
		argv := s.lines[pid]
		p.Role, p.Command = Parent, argv[min(1, len(argv)):]
		if batch, ok := batchOf(p.Command); ok {
			p.Role, p.Name, p.Task = Task, fmt.Sprint("task-", batch+1), s.taskID(pid)
		}
		s.found[pid] = p
	}
}

// link makes trees of the processes and returns their roots. The kernel tells the parent. The PID on a command line
// may belong to another process by now, if the parent has ended.
func (s *survey) link() (roots []*Process) {
	for _, p := range s.found {
		s.correct(p)
	}
	for _, c := range s.children {
		if c.Name == "" && c.Role == Child {
			continue
		}
		isParent := s.isParent(c.PPID, c.parent)
		if isParent && s.found[c.PPID] == nil {
			s.lines[c.PPID], _ = s.argv(c.PPID)
			s.addParent(c.PPID)
		}
		if !isParent || s.found[c.PPID] == nil {
			c.Starter = c.parent
		}
	}
	for pid, p := range maps.Clone(s.found) {
		if p.Role != Child && len(p.Command) > 0 && (p.Command[0] == runCommand || p.Command[0] == runTask) {
			s.addCommands(pid)
		}
	}
	s.addZombies()
	for _, p := range s.found {
		if parent := s.found[p.PPID]; parent != nil && p.Starter == 0 {
			parent.Children = append(parent.Children, p)
		} else {
			roots = append(roots, p)
		}
	}
	for _, p := range s.found {
		slices.SortFunc(p.Children, byAge)
	}
	slices.SortFunc(roots, byAge)
	return roots
}

// These are the commands of a brood whose children are commands, which do not tell who has started them.
const (
	runCommand = "run"
	runTask    = "run-task" // on a node
)

// addCommands adds the descendants of a process, as the kernel lists them.
func (s *survey) addCommands(parent int) {
	threads, _ := os.ReadDir(s.file(parent, "task"))
	for _, thread := range threads {
		text, _ := machine.ReadFile(filepath.Join(s.file(parent, "task"), thread.Name(), "children"))
		for _, word := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(word)
			if err != nil || s.found[pid] != nil {
				continue
			}
			argv, _ := s.argv(pid)
			if p, ok := s.stat(pid); ok && len(argv) > 0 {
				p.Role, p.Command = Child, argv
				s.found[pid] = p
				s.addCommands(pid)
			}
		}
	}
}

// correct turns a process between fork and exec into a child. Until then it has the command line of its parent.
func (s *survey) correct(p *Process) {
	if parent := s.lines[p.PPID]; parent != nil && slices.Equal(parent, s.lines[p.PID]) {
		p.Role, p.Command, p.Name, p.Task, p.Target, p.File, p.Files = Child, nil, "", "", "", "", 0
	}
}

func byAge(a, b *Process) int {
	return cmp.Or(cmp.Compare(a.started, b.started), cmp.Compare(a.PID, b.PID))
}

// isParent tells whether the parent that the kernel names is the parent that the child's command line names. Inside
// a container the parent has another PID.
func (s *survey) isParent(ppid, named int) bool {
	if ppid == named {
		return true
	}
	status, _ := machine.ReadFile(s.file(ppid, "status"))
	for line := range strings.Lines(string(status)) {
		if numbers, ok := strings.CutPrefix(line, "NSpid:"); ok {
			own := strings.Fields(numbers)
			return len(own) > 1 && own[len(own)-1] == strconv.Itoa(named)
		}
	}
	return false
}

// addZombies adds the children that their parent has not reaped yet.
func (s *survey) addZombies() {
	for _, pid := range s.nameless {
		p, ok := s.stat(pid)
		if ok && strings.Contains("ZX", p.State) && s.found[p.PPID] != nil {
			p.Role = Child
			s.found[pid] = p
		}
	}
}
