//go:build unix

package process_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/process"
	"brood/internal/testenv"
)

// targets are what the children of the tests do, named for what goes wrong in
// them. Those that stay say "up" on their events first.
var targets = map[string]process.Target{}

func init() { // some of them start others
	maps.Copy(targets, map[string]process.Target{
		"return":            func(*process.Work) error { return nil },
		"exit":              func(w *process.Work) error { return process.ExitStatus(atoi(w.Args[0])) },
		"error":             func(*process.Work) error { return errors.New("no such tune") },
		"panic":             func(*process.Work) error { panic("out of tune") },
		"goexit":            func(*process.Work) error { runtime.Goexit(); return nil },
		"panic-aside":       func(w *process.Work) error { go panic("out of tune"); return hang(w) },
		"goroutine-left":    func(*process.Work) error { go time.Sleep(time.Hour); return nil },
		"nil":               func(*process.Work) error { var p *int; *p = 1; return nil },
		"hang":              hang,
		"ignore-term":       ignoreTerm,
		"clean-up":          cleanUp,
		"late":              late,
		"raise":             raise,
		"echo":              echo,
		"stdin":             stdin,
		"who":               who,
		"gate":              gate,
		"late-gate":         gate,
		"program":           program,
		"descendant":        descendant,
		"parent":            parent,
		"grandparent":       grandparent,
		"hold-stderr":       holdStderr,
		"chatty":            chatty,
		"cpus":              cpus,
		"daemons":           daemons,
		"orphan":            orphan,
		"limit":             limit,
		"eat":               eat,
		"eat-shared":        eatShared,
		"keep-in-tmpfs":     keepInTmpfs,
		"churn":             churn,
		"spin":              spin,
		"shared":            shared,
		"shares":            shares,
		"holder":            holder,
		"holds":             holds,
		"has-holder":        hasHolder,
		"os.Exit":           func(*process.Work) error { os.Exit(0); return nil },
		"files":             files,
		"guardians-killed":  guardiansKilled,
		"family":            family,
		"closed":            closed,
		"descendants":       descendants,
		"stopped-guardians": stoppedGuardians,
	})
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

func hang(w *process.Work) error {
	fmt.Fprintln(w.Events, "up")
	for { // unlike select{}, no deadlock for the runtime to find
		time.Sleep(time.Hour)
	}
}

func ignoreTerm(w *process.Work) error {
	signal.Ignore(syscall.SIGTERM)
	return hang(w)
}

func cleanUp(w *process.Work) error {
	ctx := w.Context()
	fmt.Fprintln(w.Events, "up")
	<-ctx.Done()
	fmt.Fprintln(w.Events, "cleaned")
	return ctx.Err()
}

// late listens for signals when it has heard from its parent's file; it says so.
func late(w *process.Work) error {
	ctx, listen := w.LateContext()
	fmt.Fprintln(w.Events, "up")
	if _, err := io.ReadAll(w.Shared); err != nil {
		return err
	}
	listen()
	fmt.Fprintln(w.Events, "up")
	<-ctx.Done()
	fmt.Fprintln(w.Events, "cleaned")
	return ctx.Err()
}

func raise(w *process.Work) error {
	if err := syscall.Kill(os.Getpid(), syscall.Signal(atoi(w.Args[0]))); err != nil {
		return err
	}
	return hang(w)
}

func echo(w *process.Work) error {
	_, err := fmt.Fprintf(w.Events, "%q %q", w.Args, w.Kwargs)
	return err
}

func stdin(w *process.Work) error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	name, err := os.Readlink("/proc/self/fd/0")
	fmt.Fprintf(w.Events, "%d bytes from %s", len(text), name)
	return err
}

// who says what the child knows of itself and its parent.
func who(w *process.Work) error {
	self, parent := process.Current(), process.Parent()
	_, err := fmt.Fprintf(w.Events, "name=%s pid=%d daemon=%t ppid=%d parent=%s:%d alive=%t",
		self.Name, self.PID, self.Daemon, os.Getppid(), parent.Name, parent.PID, parent.IsAlive())
	return err
}

// gate waits until the named pipe Args[0] is opened for writing, then makes the file Args[1].
func gate(w *process.Work) error {
	fmt.Fprintln(w.Events, "up")
	f, err := os.Open(w.Args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	return os.WriteFile(w.Args[1], []byte("complete"), 0o600)
}

// descendant starts a program in the child's process group, says its PID, and hangs.
func descendant(w *process.Work) error {
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		return err
	}
	fmt.Fprintln(w.Events, "descendant", cmd.Process.Pid)
	return hang(w)
}

// parent starts the child Kwargs["target"] with the other arguments, says its
// PID and what it says until it is up, and then ends as Kwargs["end"] tells.
func parent(w *process.Work) error {
	if process.Parent() == nil { // started by hand
		w.Events = os.Stdout
	}
	daemon := w.Kwargs["daemon"] == "true"
	p := process.New(process.Config{Target: w.Kwargs["target"], Args: w.Args, Daemon: &daemon, Events: true})
	if err := p.Start(); err != nil {
		return err
	}
	pid, _ := p.PID()
	fmt.Fprintln(w.Events, "child", pid)
	lines := lineReader(p.Events())
	for line := range lines {
		if line == "up" {
			break
		}
		fmt.Fprintln(w.Events, line)
	}
	if w.Kwargs["stopped"] == "true" {
		if err := p.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		waitStopped(pid)
	}
	fmt.Fprintln(w.Events, "up")
	switch w.Kwargs["end"] {
	case "return":
		return nil
	case "panic":
		panic("out of tune")
	case "os.Exit":
		os.Exit(0)
	}
	return hang(w)
}

// grandparent starts one child that starts one child that says who it is.
func grandparent(w *process.Work) error {
	if len(w.Args) == 0 {
		return who(w)
	}
	p := process.New(process.Config{Target: "grandparent", Args: w.Args[1:], Name: w.Args[0], Events: true})
	if err := p.Start(); err != nil {
		return err
	}
	_, err := io.Copy(w.Events, p.Events())
	return errors.Join(err, p.Join())
}

// chatty writes so many lines to its standard error, or with to=events there, and is up then.
func chatty(w *process.Work) error {
	to := io.Writer(os.Stderr)
	if w.Kwargs["to"] == "events" {
		to = w.Events
	}
	for i := range atoi(w.Args[0]) {
		fmt.Fprintf(to, "line %d\n", i)
	}
	_, err := fmt.Fprintln(w.Events, "up")
	return err
}

// cpus says how many CPUs its Go may use at once, and which GOMAXPROCS a program of its own sees. With an
// argument it starts a child that says the same.
func cpus(w *process.Work) error {
	program, err := exec.Command("sh", "-c", "echo program=$GOMAXPROCS").Output()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Events, "%d %s", runtime.GOMAXPROCS(0), program)
	if len(w.Args) == 0 {
		return nil
	}
	p := process.New(process.Config{Target: "cpus", Events: true})
	if err := p.Start(); err != nil {
		return err
	}
	_, err = io.Copy(w.Events, p.Events())
	return errors.Join(err, p.Join())
}

// holdStderr leaves a program behind that holds the child's standard error open.
func holdStderr(w *process.Work) error {
	fmt.Fprintln(os.Stderr, "last words")
	cmd := exec.Command("sleep", "1000")
	cmd.Stderr = os.Stderr
	err := cmd.Start()
	fmt.Fprintln(w.Events, "descendant", cmd.Process.Pid)
	return err
}

// stateOf is the letter of /proc/PID/stat, "" for a process that is gone.
func stateOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ") // a name may hold anything, but the last ") " is its end
	return rest[:1]
}

// waitState polls until the process has the state.
func waitState(pid int, want string) bool {
	return eventually(func() bool { return stateOf(pid) == want })
}

// gone tells whether the process has ended; a zombie has (its adopter may take a moment to reap it).
func gone(pid int) bool {
	state := stateOf(pid)
	return state == "" || state == "Z" || state == "X"
}

// eventually polls with a deadline that no machine is too slow for.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

// daemons says which of its process objects are daemons; a daemon may make them, and not start them.
func daemons(w *process.Work) error {
	inherited, overridden := process.New(process.Config{}), process.New(process.Config{Daemon: new(false)})
	_, err := fmt.Fprintf(w.Events, "self=%t inherited=%t overridden=%t",
		process.Current().Daemon, inherited.Daemon(), overridden.Daemon())
	return err
}

// orphan waits for its parent's end and writes to Args[0] what it knows.
func orphan(w *process.Work) error {
	fmt.Fprintln(w.Events, "up")
	parent := process.Parent()
	<-parent.Sentinel()
	if parent.IsAlive() {
		return errors.New("sentinel closed, and the parent alive")
	}
	return os.WriteFile(w.Args[0], fmt.Appendf(nil, "parent %d is gone", parent.PID), 0o600)
}

// guardiansKilled starts a daemon, kills all guardians twice, and says who they all are when there are others.
func guardiansKilled(w *process.Work) error {
	p := process.New(process.Config{Target: "descendant", Daemon: new(true), Events: true})
	if err := p.Start(); err != nil {
		return err
	}
	pid, _ := p.PID()
	fmt.Fprintln(w.Events, "daemon", pid)
	for line := range lineReader(p.Events()) {
		if line == "up" {
			break
		}
		fmt.Fprintln(w.Events, line)
	}
	for _, time := range []string{"first", "second"} {
		killed := guardiansOf(os.Getpid())
		for i, guardian := range killed {
			_ = syscall.Kill(guardian, syscall.SIGKILL)
			fmt.Fprintf(w.Events, "%s-%d %d\n", time, i, guardian)
		}
		if !eventually(func() bool {
			guardians := guardiansOf(os.Getpid())
			return len(guardians) == 2 && !slices.ContainsFunc(guardians, func(pid int) bool { return slices.Contains(killed, pid) })
		}) {
			return fmt.Errorf("there are the guardians %v, killed were %v", guardiansOf(os.Getpid()), killed)
		}
	}
	return hang(w)
}

// guardianOf finds a guardian of a parent.
func guardianOf(parent int) int {
	for _, pid := range guardiansOf(parent) {
		return pid
	}
	return 0
}

// guardiansOf finds those that are up.
func guardiansOf(parent int) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if strings.HasSuffix(string(text), fmt.Sprintf("\x00guardian\x00--parent=%d\x00", parent)) {
			pids = append(pids, atoi(filepath.Base(filepath.Dir(file))))
		}
	}
	return pids
}

// limit says how many children there may be with Args[0] descriptors.
func limit(w *process.Work) error {
	if err := setDescriptors(atoi(w.Args[0])); err != nil {
		return err
	}
	children, reason := process.Limit()
	_, err := fmt.Fprintf(w.Events, "%d %s", children, reason)
	return err
}

// shared adds to the file that it shares with its parent, and tells whether its own children would inherit it.
func shared(w *process.Work) error {
	if w.Shared == nil {
		_, err := fmt.Fprint(w.Events, "nothing")
		return err
	}
	flags, err := unix.FcntlInt(w.Shared.Fd(), unix.F_GETFD, 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Events, "inherited=%t", flags&unix.FD_CLOEXEC == 0)
	_, err = w.Shared.Write([]byte("child "))
	return err
}

// shares says what a child of its own has of the file that it shares itself: nothing, unless it is passed on.
func shares(w *process.Work) error {
	passed := process.Config{Target: "shared", Events: true}
	if len(w.Args) > 0 {
		passed.Shared = w.Shared
	}
	p := process.New(passed)
	if err := p.Start(); err != nil {
		return err
	}
	_, err := io.Copy(w.Events, p.Events())
	return errors.Join(err, p.Join())
}

// files says what is in each of its files, and whether its own children would inherit it.
func files(w *process.Work) error {
	for _, f := range w.Files {
		contents, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0)
		if err != nil {
			return err
		}
		fmt.Fprintf(w.Events, "%s inherited=%t\n", contents, flags&unix.FD_CLOEXEC == 0)
	}
	return nil
}
