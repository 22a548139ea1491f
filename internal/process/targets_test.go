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
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"brood/internal/process"
)

// targets are the functions of the tests' children, named for what they do or what goes wrong in them. Targets
// that stay write "up" to their events first.
var targets = map[string]process.Target{}

func init() { // not in the declaration, since some of them start others
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
		"collects":          collects,
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
	for { // unlike select{} it is no deadlock for the runtime
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

// late writes "up", and listens for signals when its shared file ends. Then it writes "up" again.
func late(w *process.Work) error {
	ctx := w.Context()
	fmt.Fprintln(w.Events, "up")
	if _, err := io.ReadAll(w.Shared); err != nil {
		return err
	}
	done := ctx.Done()
	fmt.Fprintln(w.Events, "up")
	<-done
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

// who writes what the child knows of itself and its parent.
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

// descendant starts a program in the child's process group, writes its PID, and hangs.
func descendant(w *process.Work) error {
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		return err
	}
	fmt.Fprintln(w.Events, "descendant", cmd.Process.Pid)
	return hang(w)
}

// parent starts the child Kwargs["target"] with its own arguments, and copies the child's events until "up".
// Then it ends as Kwargs["end"] tells.
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

// grandparent starts a child, which starts a child, which runs who.
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

// chatty writes Args[0] lines to its standard error, or with to=events to its events. Then it writes "up".
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

// collects writes the memory at which its Go collects garbage, and the GOMEMLIMIT that a program of its own sees.
func collects(w *process.Work) error {
	program, err := exec.Command("sh", "-c", "echo program=$GOMEMLIMIT").Output()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Events, "%d %s", debug.SetMemoryLimit(-1), program)
	return err
}

// cpus writes how many CPUs its Go may use at once, and the GOMAXPROCS that a program of its own sees. With an
// argument it starts a child that does the same.
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

// daemons tells which of its process objects are daemons. A daemon may make such objects, but not start them.
func daemons(w *process.Work) error {
	inherited, overridden := process.New(process.Config{}), process.New(process.Config{Daemon: new(false)})
	_, err := fmt.Fprintf(w.Events, "self=%t inherited=%t overridden=%t",
		process.Current().Daemon, inherited.Daemon(), overridden.Daemon())
	return err
}

// orphan waits for its parent's end, and writes what it knows to Args[0].
func orphan(w *process.Work) error {
	fmt.Fprintln(w.Events, "up")
	parent := process.Parent()
	<-parent.Sentinel()
	if parent.IsAlive() {
		return errors.New("sentinel closed, and the parent alive")
	}
	return os.WriteFile(w.Args[0], fmt.Appendf(nil, "parent %d is gone", parent.PID), 0o600)
}

// limit writes the number of children that Args[0] descriptors allow.
func limit(w *process.Work) error {
	if err := setDescriptors(atoi(w.Args[0])); err != nil {
		return err
	}
	children, reason := process.Limit()
	_, err := fmt.Fprintf(w.Events, "%d %s", children, reason)
	return err
}
