package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// cgroups are the control groups in which this process's children live within their
// Limits.Memory, where it was handed a group of its own (cgroups(7), "delegation"):
//
//	GROUP               this process was alone in it      +memory
//	└─ brood-PID        made here                         +memory
//	   ├─ parent        this process, its other children, its guardian
//	   ├─ 1             one child at a time: memory.max, no swap, and killed as a whole
//	   └─ 2
//
// A group that gives controllers to those below has no processes ("no internal
// processes"), so this one moves, and back when its family ends:
//
//	newCgroups ─▶ enter ─▶ cgroup.start (CLONE_INTO_CGROUP) ─▶ cgroup.leave ─▶ free, for the next child, or removed
//	close: -memory, back to GROUP, all removed
//
// A group is used again, since the kernel keeps what it knows of a removed one for as long
// as a page of its is cached: 11 KiB, and 2 more for each CPU, measured, for every file.
//
// When this process is killed the groups stay, and are empty when its children
// have ended. Nobody else comes here to remove them: while GROUP gives its
// memory controller to groups below, the kernel lets no process in. Who made GROUP
// removes them with it, as systemd does with a scope or service.
type cgroups struct {
	own string // GROUP's folder; "" when this process's children have no groups
	dir string // brood-PID's

	mu    sync.Mutex
	count int
	free  map[int64][]*cgroup // by their limit; nil: no more children are started in groups
}

// cgroup is one child's. A nil one is none.
type cgroup struct {
	of    *cgroups
	path  string
	limit int64
	dir   *os.File // while the child is started
	ooms  int64    // of the children before
	kills int64
}

// newCgroups moves this process, if it may have groups for its children. Only a main process: it is the one
// whose end nobody but itself tidies up after.
func newCgroups() *cgroups {
	own, err := ownCgroup()
	if err != nil || self.parent != nil || !delegated(own) {
		return new(cgroups)
	}
	c := &cgroups{own: own, dir: filepath.Join(own, fmt.Sprintf("brood-%d", os.Getpid())), free: map[int64][]*cgroup{}}
	if err := c.settle(); err != nil {
		c.close()
		return new(cgroups)
	}
	return c
}

// ownCgroup is the folder of this process's group of version 2, if that has a memory controller.
func ownCgroup() (string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::/")
		if !ok || strings.HasPrefix(path, "..") { // outside of what is mounted
			continue
		}
		own := filepath.Join("/sys/fs/cgroup", path)
		controllers, err := os.ReadFile(filepath.Join(own, "cgroup.controllers"))
		if err != nil || !bytes.Contains(controllers, []byte("memory")) {
			return "", errors.Join(err, errors.ErrUnsupported)
		}
		return own, nil
	}
	return "", errors.ErrUnsupported
}

// delegated tells whether a group is this user's, with no other process in it, and not
// systemd's: where that runs, only what it has marked is anybody else's (systemd's
// CGROUP_DELEGATION; from version 251 on the mark is one that every user can see).
func delegated(own string) bool {
	var st unix.Stat_t
	if err := unix.Stat(own+"/cgroup.procs", &st); err != nil || int(st.Uid) != os.Geteuid() {
		return false
	}
	if processes, err := os.ReadFile(own + "/cgroup.procs"); err != nil || string(processes) != fmt.Sprintln(os.Getpid()) {
		return false
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil { // sd_booted(3)
		return true
	}
	mark := make([]byte, 1)
	n, err := unix.Getxattr(own, "user.delegate", mark)
	return err == nil && string(mark[:n]) == "1"
}

func (c *cgroups) settle() error {
	parent := filepath.Join(c.dir, "parent")
	return firstError(
		func() error { return os.Mkdir(c.dir, 0o755) },
		func() error { return os.Mkdir(parent, 0o755) },
		func() error { return setCgroup(parent, "cgroup.procs", "0") },
		func() error { return setCgroup(c.own, "cgroup.subtree_control", "+memory") },
		func() error { return setCgroup(c.dir, "cgroup.subtree_control", "+memory") },
	)
}

// enter is a group for one child, opened; nil where there is none.
func (c *cgroups) enter(limit int64) *cgroup {
	if c == nil || limit == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.free == nil {
		return nil
	}
	g, err := c.next(limit)
	if err == nil {
		g.dir, err = os.Open(g.path)
	}
	if err != nil {
		return nil // the child's own limit is left
	}
	return g
}

// next is a free group, or a new one. The caller holds mu.
func (c *cgroups) next(limit int64) (*cgroup, error) {
	if free := c.free[limit]; len(free) > 0 {
		c.free[limit] = free[:len(free)-1]
		return free[len(free)-1], nil
	}
	c.count++
	g := &cgroup{of: c, path: filepath.Join(c.dir, strconv.Itoa(c.count)), limit: limit}
	err := firstError(
		func() error { return os.Mkdir(g.path, 0o755) },
		func() error { return setCgroup(g.path, "memory.max", strconv.FormatInt(limit, 10)) },
		func() error { return setCgroup(g.path, "memory.oom.group", "1") },
	)
	if err != nil {
		_ = unix.Rmdir(g.path)
		return nil, err
	}
	_ = setCgroup(g.path, "memory.swap.max", "0") // a kernel without swap has none
	return g, nil
}

// start calls start so that the child is in the group from its beginning.
func (g *cgroup) start(cmd *exec.Cmd, start func() error) error {
	if g == nil {
		return start()
	}
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(g.dir.Fd())
	err := start()
	g.dir.Close()
	switch {
	case err == nil:
		return nil
	case Exhausted(err):
		g.of.put(g)
		return err
	}
	g.of.giveUp()
	return fmt.Errorf("%w: %w", errCgroup, err)
}

// leave is called when the child was reaped. It tells whether the group's limit has
// ended it: the kernel counts both that memory could not be had within this limit (oom), and
// who was killed for it. Killed alone would be for another's limit, or the machine's.
func (g *cgroup) leave() (outOfMemory bool) {
	if g == nil {
		return false
	}
	events, _ := os.ReadFile(g.path + "/memory.events")
	ooms, kills := g.ooms, g.kills
	g.ooms, _ = strconv.ParseInt(wordAfter(events, "oom "), 10, 64)
	g.kills, _ = strconv.ParseInt(wordAfter(events, "oom_kill "), 10, 64)
	if g.asNew() {
		g.of.put(g)
	} else {
		_ = unix.Rmdir(g.path) // else close does it
	}
	return g.ooms > ooms && g.kills > kills
}

// asNew tells whether the next child would have hardly less than the limit. Cached files
// make room for it; files left in a tmpfs do not (shmem), nor their names (slab), nor processes.
func (g *cgroup) asNew() bool {
	processes, err := os.ReadFile(g.path + "/cgroup.procs")
	if err != nil || len(processes) > 0 {
		return false
	}
	stat, err := os.ReadFile(g.path + "/memory.stat")
	if err != nil {
		return false
	}
	var left int64
	for _, key := range []string{"shmem ", "slab "} {
		n, _ := strconv.ParseInt(wordAfter(stat, key), 10, 64)
		left += n
	}
	return left <= g.limit/16
}

func (c *cgroups) put(g *cgroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.free != nil {
		c.free[g.limit] = append(c.free[g.limit], g)
	}
}

// giveUp has no more children started in groups.
func (c *cgroups) giveUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = nil
}

// close moves this process back and removes all groups, but those of abandoned children.
func (c *cgroups) close() {
	if c == nil || c.own == "" {
		return
	}
	c.giveUp()
	parent := filepath.Join(c.dir, "parent")
	groups, _ := os.ReadDir(c.dir)
	for _, g := range groups {
		if path := filepath.Join(c.dir, g.Name()); g.IsDir() && path != parent {
			removeCgroup(path)
		}
	}
	_ = setCgroup(c.dir, "cgroup.subtree_control", "-memory")
	_ = setCgroup(c.own, "cgroup.subtree_control", "-memory")
	_ = setCgroup(c.own, "cgroup.procs", "0")
	removeCgroup(parent)
	removeCgroup(c.dir)
}

// removeCgroup waits for a killed process that has not quite left.
func removeCgroup(path string) {
	for range 20 {
		if err := unix.Rmdir(path); err != unix.EBUSY {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// setCgroup writes without O_CREATE and O_TRUNC: these are files of the kernel's.
func setCgroup(group, file, value string) error {
	f, err := os.OpenFile(filepath.Join(group, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value)
	return err
}

// firstError calls until one fails.
func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
