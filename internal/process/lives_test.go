//go:build unix

package process_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/process"
)

// deaths are the ways to end a real parent at once.
var deaths = map[string]func(*testing.T, *process.Process){
	"SIGKILL": signalled(syscall.SIGKILL),
	"SIGTERM": signalled(syscall.SIGTERM),
	"SIGHUP":  signalled(syscall.SIGHUP),
	"SIGINT":  signalled(syscall.SIGINT),
	"SIGSEGV": signalled(syscall.SIGSEGV),
	"SIGKILL while stopped": func(t *testing.T, p *process.Process) {
		signalled(syscall.SIGSTOP)(t, p)
		waitState(pidOf(t, p), "T")
		signalled(syscall.SIGKILL)(t, p)
	},
}

func signalled(sig syscall.Signal) func(*testing.T, *process.Process) {
	return func(t *testing.T, p *process.Process) {
		if err := p.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
}

func startParent(t *testing.T, target, daemon, stopped string, args ...string) (parent *process.Process,
	pids map[string]int) {
	parent = start(t, process.Config{Target: "parent", Args: args,
		Kwargs: map[string]string{"target": target, "daemon": daemon, "stopped": stopped}})
	return parent, up(t, parent)
}

// A daemon child, its descendants in its group and a stopped daemon child do not outlive the parent, however it
// ends. (In Python they all do.)
func TestDaemonEndsWithItsParent(t *testing.T) {
	for death, die := range deaths {
		for _, stopped := range []string{"false", "true"} {
			t.Run(fmt.Sprintf("%s/stopped=%s", death, stopped), func(t *testing.T) {
				parent, pids := startParent(t, "descendant", "true", stopped)
				if pids["child"] == 0 || pids["descendant"] == 0 || gone(pids["child"]) || gone(pids["descendant"]) {
					t.Fatalf("not all started: %v", pids)
				}
				died := time.Now()
				die(t, parent)
				for who, pid := range pids {
					if !eventually(func() bool { return gone(pid) }) {
						t.Errorf("the %s is alive, state %s", who, stateOf(pid))
					}
				}
				t.Logf("all gone after %v", time.Since(died))
			})
		}
	}
}

// A daemon that ignores SIGTERM does not hold up its parent's end: terminate, grace, kill.
func TestDaemonThatIgnoresTermIsKilledAtTheEnd(t *testing.T) {
	p := process.New(process.Config{Target: "ignore-term", Daemon: new(true), Events: true})
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	up(t, p)
	process.Finish(10 * time.Millisecond)
	if code, err := p.ExitCode(); code != -9 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}

// Finish also waits for a child that starts meanwhile, and notices its end. In each round Start and Finish meet
// at another moment.
func TestStartDuringFinish(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 20
	}
	for range rounds {
		first, second := process.New(process.Config{}), process.New(process.Config{})
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		started := make(chan error)
		go func() {
			_ = first.Join()
			started <- second.Start()
		}()
		finished := make(chan error)
		go func() {
			process.Finish(time.Second)
			err := <-started
			process.Finish(time.Second) // second may have started after the first Finish
			finished <- err
		}()
		select {
		case err := <-finished:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("nobody notices the end of a process that started during Finish")
		}
	}
}

// An ended daemon's descendants in its group end with it. The parent may be killed later, and nobody would know
// of the group then.
func TestDescendantsOfAnEndedDaemonEnd(t *testing.T) {
	p := start(t, process.Config{Target: "descendant", Daemon: new(true)})
	pid := up(t, p)["descendant"]
	_ = p.Kill()
	join(t, p)
	if !eventually(func() bool { return gone(pid) }) {
		t.Error("the descendant is alive")
	}
}

// Killed guardians are replaced, also a second time. The new ones know the daemons that started before.
func TestGuardiansAreReplaced(t *testing.T) {
	parent := start(t, process.Config{Target: "guardians-killed"})
	pids := up(t, parent)
	for _, who := range []string{"first-0", "first-1", "second-0", "second-1"} {
		if pids[who] == 0 || !gone(pids[who]) {
			t.Errorf("the guardian %s was not killed: %v", who, pids)
		}
	}
	_ = parent.Kill()
	for who, pid := range pids {
		if !eventually(func() bool { return gone(pid) }) {
			t.Errorf("the %s is alive", who)
		}
	}
}

// A child that is no daemon goes on after its parent's death and finishes its work.
func TestChildGoesOnAfterItsParentsDeath(t *testing.T) {
	for death, die := range deaths {
		t.Run(death, func(t *testing.T) {
			opening, out := newGate(t)
			parent, pids := startParent(t, "gate", "false", "false", opening, out)
			die(t, parent)
			join(t, parent)
			if gone(pids["child"]) {
				t.Fatal("the child is gone")
			}
			open(t, opening)
			if !eventually(func() bool { return gone(pids["child"]) }) {
				t.Error("the child does not end")
			}
			if text, err := os.ReadFile(out); string(text) != "complete" {
				t.Errorf("it has written %q, %v", text, err)
			}
		})
	}
}

// At its normal end a parent terminates and joins daemons, then joins the others. It leaves no zombie.
func TestNormalEndOfAParent(t *testing.T) {
	for _, end := range []string{"return", "panic"} {
		t.Run(end, func(t *testing.T) {
			parent := start(t, process.Config{Target: "parent", Stderr: io.Discard,
				Kwargs: map[string]string{"target": "clean-up", "daemon": "true", "end": end}})
			pid := up(t, parent)["child"]
			join(t, parent)
			if state := stateOf(pid); state != "" {
				t.Errorf("the daemon is left in state %q: not joined", state)
			}
		})
	}
}

// Python's os._exit orphans all children. Here the daemon ends, too.
func TestExitWithoutFinish(t *testing.T) {
	parent := start(t, process.Config{Target: "parent",
		Kwargs: map[string]string{"target": "descendant", "daemon": "true", "end": "os.Exit"}})
	for who, pid := range up(t, parent) {
		if !eventually(func() bool { return gone(pid) }) {
			t.Errorf("the %s is alive", who)
		}
	}
}

func TestParentOfAChild(t *testing.T) {
	p := start(t, process.Config{Target: "who", Name: "asked"})
	want := fmt.Sprintf("name=asked pid=%d daemon=false ppid=%d parent=MainProcess:%d alive=true", pidOf(t, p),
		os.Getpid(), os.Getpid())
	if got := said(t, p); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// An orphan notices that its parent is gone, and still knows the parent's PID.
func TestOrphanKnowsItsParent(t *testing.T) {
	out := t.TempDir() + "/out"
	parent, pids := startParent(t, "orphan", "false", "false", out)
	pid := pidOf(t, parent)
	_ = parent.Kill()
	join(t, parent)
	if !eventually(func() bool { return gone(pids["child"]) }) {
		t.Fatal("the orphan has not noticed")
	}
	text, err := os.ReadFile(out)
	if want := fmt.Sprintf("parent %d is gone", pid); err != nil || string(text) != want {
		t.Errorf("it says %q, %v, want %q", text, err, want)
	}
}

// Each child leads a group of its own, so that Ctrl-C reaches the parent alone.
func TestChildLeadsItsGroup(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	pid := pidOf(t, p)
	if group, err := syscall.Getpgid(pid); group != pid || err != nil {
		t.Errorf("group %d of child %d, %v", group, pid, err)
	}
}

// Ctrl-Z stops the children of children, too, and all of them go on.
func TestSuspend(t *testing.T) {
	parent, pids := startParent(t, "hang", "false", "false")
	all := []int{pidOf(t, parent), pids["child"]}
	_ = parent.Signal(syscall.SIGTSTP)
	for _, pid := range all {
		if !waitState(pid, "T") {
			t.Errorf("state %s after SIGTSTP", stateOf(pid))
		}
	}
	_ = parent.Signal(syscall.SIGCONT)
	for _, pid := range all {
		if !eventually(func() bool { return strings.Contains("SR", stateOf(pid)) }) {
			t.Errorf("state %s after SIGCONT", stateOf(pid))
		}
	}
	_ = syscall.Kill(pids["child"], syscall.SIGKILL)
}

func TestAbandon(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	up(t, p)
	if err := p.Abandon(); err != nil {
		t.Fatal(err)
	}
	if err := p.Join(); err != process.ErrAbandoned {
		t.Errorf("Join: %v", err)
	}
	if isActive(p) || !strings.Contains(p.String(), " abandoned>") {
		t.Errorf("%v is active: %t", p, isActive(p))
	}
	_ = p.Kill() // now it ends, and is reaped
	if sentinel, err := p.Sentinel(); err != nil {
		t.Error(err)
	} else {
		<-sentinel
	}
	process.ActiveChildren()
	if state := stateOf(pidOf(t, p)); state != "" {
		t.Errorf("state %s", state)
	}
}
