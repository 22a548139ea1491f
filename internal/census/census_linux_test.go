package census

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/machine"
	"brood/internal/process"
)

func TestChildren(t *testing.T) {
	source := t.TempDir()
	for _, name := range []string{"a\nb", "c", "d"} {
		if err := os.WriteFile(source+"/"+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kwargs := map[string]string{"source": source}
	given := func(target string, names ...string) process.Config {
		return process.Config{Target: target, Kwargs: kwargs, Args: names}
	}
	for name, row := range map[string]struct {
		config process.Config
		file   string
		files  int
	}{
		"one file":       {given("copy", "a\nb"), "a\nb", 1},
		"one of several": {given("copy", "d", "a\nb", "c"), "c", 3},
		"none is open":   {given("link", "a", "b", "c", "d"), "", 2},
		"a hard link":    {given("link", "a", "b"), "b", 1},
		"no files":       {process.Config{Target: "sing", Args: []string{"x"}}, "", 0},
		"a hostile name": {process.Config{Target: "sing", Name: "évil \x1b[2J"}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			pid := start(t, row.config)
			p, parent := find(t, pid, func(p *Process) bool {
				return p.Role == Child && p.Name != "" && p.File == row.file
			})
			if p.Files != row.files || p.Target != row.config.Target || p.PPID != os.Getpid() || p.Starter != 0 {
				t.Errorf("the child is %+v", p)
			}
			if row.config.Name != "" && p.Name != row.config.Name {
				t.Errorf("the name is %q, want %q", p.Name, row.config.Name)
			}
			if parent == nil || parent.PID != os.Getpid() || parent.Role != Parent ||
				!slices.Equal(parent.Command, os.Args[1:]) {
				t.Errorf("the parent is %+v", parent)
			}
		})
	}
}

// TestNumbers: the numbers of a stopped process are those of the kernel.
func TestNumbers(t *testing.T) {
	pid := start(t, process.Config{Target: "sing"})
	find(t, pid, func(p *Process) bool { return p.State == "S" && p.Name != "" })
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// The threads stop one after the other. Once all have stopped, the numbers no longer change.
	find(t, pid, func(*Process) bool { return strings.Trim(states(pid), "T") == "" })
	p, _ := find(t, pid, func(p *Process) bool { return p.State == "T" })
	fields := machine.Stat(fmt.Sprintf("/proc/%d/stat", pid))
	io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("rchar: %d\nwchar: %d\n", p.IO.Read, p.IO.Written); !strings.HasPrefix(string(io), want) {
		t.Errorf("io %+v, but /proc has\n%s", p.IO, io)
	}
	var user, system time.Duration
	fmt.Sscan(fields[11], &user)
	fmt.Sscan(fields[12], &system)
	if p.CPU != (user+system)*10*time.Millisecond || p.RSS <= 0 || p.Age <= 0 || p.Age > time.Hour {
		t.Errorf("CPU %v, RSS %d, age %v, but /proc has %q", p.CPU, p.RSS, p.Age, fields)
	}
}

func states(pid int) (states string) {
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, thread := range threads {
		if fields := machine.Stat(fmt.Sprintf("/proc/%d/task/%s/stat", pid, thread.Name())); fields != nil {
			states += fields[0]
		}
	}
	return states
}

func TestZombie(t *testing.T) {
	start(t, process.Config{Target: "sing"}) // makes this process known as a parent
	pid := start(t, process.Config{})
	p, parent := find(t, pid, func(p *Process) bool { return p.State == "Z" })
	if p.Role != Child || p.Name != "" || parent == nil || parent.PID != os.Getpid() {
		t.Errorf("the zombie is %+v, its parent %+v", p, parent)
	}
}

func TestGuardian(t *testing.T) {
	pid := start(t, process.Config{Target: "sing", Daemon: new(true)})
	_, parent := find(t, pid, func(p *Process) bool { return p.Name != "" })
	guardians := 0
	for _, p := range parent.Children {
		if p.Role == Guardian && p.Starter == 0 {
			guardians++
		}
	}
	if guardians != 2 {
		t.Errorf("%d guardians, want 2", guardians)
	}
}

// TestNestedAndOrphan: a child can be a parent. When it is killed, its children are orphans.
func TestNestedAndOrphan(t *testing.T) {
	above := start(t, process.Config{Target: "start", Name: "above"})
	p, _ := find(t, above, func(p *Process) bool { return len(p.Children) == 1 && p.Children[0].Target == "sing" })
	below := p.Children[0].PID
	t.Cleanup(func() { _ = syscall.Kill(below, syscall.SIGKILL) })
	if p.Role != Child || p.Name != "above" {
		t.Errorf("the child is %+v", p)
	}
	if err := syscall.Kill(above, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	orphan, parent := find(t, below, func(p *Process) bool { return p.Starter != 0 })
	if orphan.Starter != above || parent != nil || orphan.PPID == above || orphan.Role != Child {
		t.Errorf("the orphan is %+v, its parent %+v", orphan, parent)
	}
}

func TestNoProc(t *testing.T) {
	dir := t.TempDir()
	for name, dir := range map[string]string{"not mounted": dir, "no such folder": dir + "/none"} {
		t.Run(name, func(t *testing.T) {
			if _, err := take(dir); !errors.Is(err, ErrNoProc) {
				t.Errorf("error %v, want %v", err, ErrNoProc)
			}
		})
	}
}

// TestHiddenProcesses: a /proc without PID 1 hides the processes of other users.
func TestHiddenProcesses(t *testing.T) {
	dir, own := t.TempDir(), fmt.Sprintf("/proc/%d", os.Getpid())
	for _, row := range []struct {
		pid    int
		hidden bool
	}{{os.Getpid(), true}, {1, false}} {
		if err := os.Symlink(own, fmt.Sprintf("%s/%d", dir, row.pid)); err != nil {
			t.Fatal(err)
		}
		if c, err := take(dir); err != nil || c.Hidden != row.hidden {
			t.Errorf("with the PID %d in /proc: %+v, %v", row.pid, c, err)
		}
	}
}
