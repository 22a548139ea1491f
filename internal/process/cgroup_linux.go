package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// cgroups are the control groups of this process's children. It may make them if it was handed a group of its
// own (cgroups(7), "delegation"). A child with Limits.Memory has a group for its limit. A daemon has one so
// that all its descendants end with it, in any process group.
//
//	GROUP               where this process is                       +memory
//	└─ brood-PID        made here                                   +memory
//	   ├─ parent        this process, its guardians, its other children
//	   ├─ 1             one child at a time: memory.max, no swap, and killed as a whole
//	   └─ daemons       cgroup.kill                                 +memory
//	      ├─ 0          daemons without a limit
//	      └─ 2          one daemon at a time, as above
//
// Limits need a memory controller, and this process alone in GROUP. A group that gives controllers to groups
// below may have no processes ("no internal processes"). So this process moves to parent, and back when its
// family ends. Without limits it stays in GROUP.
//
//	newCgroups ─▶ enter ─▶ cgroup.start (CLONE_INTO_CGROUP)
//	           ─▶ cgroup.leave ─▶ free, for the next child, or removed
//	close: daemons killed, -memory, back to GROUP, all removed
//
// Groups are used again. The kernel keeps a removed group as long as one of its pages is cached; that would
// cost 11 KiB, and 2 KiB for each CPU, for every file (measured).
//
// When this process is killed, a guardian kills and removes the daemons' groups. Groups for limits stay, and
// are empty when the children have ended. No process can enter GROUP to remove them, as long as GROUP gives its
// memory controller to groups below. The maker of GROUP removes them with it, as systemd does with a scope or a
// service.
type cgroups struct {
	own string // GROUP's folder; "" if this process's children have no groups
	dir string // the folder of brood-PID

	mu      sync.Mutex
	limits  bool // there are groups for limits
	daemons bool // there are groups for daemons
	off     bool // no more children start in groups
	count   int
	free    map[kind][]*cgroup
}

// kind tells which children can use a group.
type kind struct {
	limit  int64
	daemon bool
}

// cgroup is the group of one child, or of all daemons without a limit. A nil cgroup is no group.
type cgroup struct {
	kind
	of    *cgroups
	path  string
	dir   *os.File // while the child is started
	ooms  int64    // count of oom in memory.events when the previous child had left
	kills int64
}

// newCgroups finds out whether this process may make groups for its children. With limits it moves this
// process. Only a main process has groups for limits, since nothing else tidies up after its end.
func newCgroups(limits bool) *cgroups {
	own := ownCgroup()
	if own == "" || !delegated(own) {
		return new(cgroups)
	}
	c := &cgroups{own: own, dir: filepath.Join(own, fmt.Sprintf("brood-%d", os.Getpid())), free: map[kind][]*cgroup{}}
	if !limits || self.parent != nil || !canLimit(own) {
		return c
	}
	c.limits = true
	if err := c.settle(); err != nil {
		c.close()
		return new(cgroups)
	}
	return c
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

// enter returns an opened group for one child; nil if there is none for it.
func (c *cgroups) enter(limit int64, daemon bool) *cgroup {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var g *cgroup
	var err error
	switch {
	case c.off:
	case limit > 0 && c.limits:
		g, err = c.next(kind{limit, daemon})
	case daemon && c.daemons:
		g = &cgroup{of: c, path: c.dir + "/daemons/0"}
	}
	if g != nil && err == nil {
		g.dir, err = os.Open(g.path)
	}
	if err != nil {
		return nil // without a group the child still has its own limit, and its process group
	}
	return g
}

// next returns a free group, or a new one. The caller holds mu.
func (c *cgroups) next(k kind) (*cgroup, error) {
	if free := c.free[k]; len(free) > 0 {
		c.free[k] = free[:len(free)-1]
		return free[len(free)-1], nil
	}
	dir := c.dir
	if k.daemon && c.daemons {
		dir += "/daemons"
	}
	c.count++
	g := &cgroup{of: c, path: filepath.Join(dir, strconv.Itoa(c.count)), kind: k}
	err := firstError(
		func() error { return os.Mkdir(g.path, 0o755) },
		func() error { return setCgroup(g.path, "memory.max", strconv.FormatInt(k.limit, 10)) },
		func() error { return setCgroup(g.path, "memory.oom.group", "1") },
	)
	if err != nil {
		_ = unix.Rmdir(g.path)
		return nil, err
	}
	_ = setCgroup(g.path, "memory.swap.max", "0") // a kernel without swap has no such file
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
	if err == nil {
		return nil
	}
	g.of.put(g)
	if Exhausted(err) {
		return err
	}
	return fmt.Errorf("%w: %w", errCgroup, err)
}

// limited tells whether the group limits the memory.
func (g *cgroup) limited() bool { return g != nil && g.limit > 0 }

// leave is called when the child was reaped. It tells whether the group's limit has ended the child. The kernel
// counts failures to get memory within this limit (oom), and the processes that it killed for lack of memory
// (oom_kill). A kill without the first was for a limit above, or for the machine's.
func (g *cgroup) leave() (outOfMemory bool) {
	if !g.limited() {
		return false
	}
	events, _ := machine.ReadFile(g.path + "/memory.events")
	ooms, kills := g.ooms, g.kills
	g.ooms, _ = strconv.ParseInt(machine.Word(events, "oom "), 10, 64)
	g.kills, _ = strconv.ParseInt(machine.Word(events, "oom_kill "), 10, 64)
	if g.asNew() {
		g.of.put(g)
	} else {
		_ = unix.Rmdir(g.path) // if it fails, close removes it
	}
	return g.ooms > ooms && g.kills > kills
}

// asNew tells whether the next child would have nearly the whole limit. Cached files make room. Files left in a
// tmpfs (shmem), their names (slab) and processes do not.
func (g *cgroup) asNew() bool {
	processes, err := machine.ReadFile(g.path + "/cgroup.procs")
	if err != nil || len(processes) > 0 {
		return false
	}
	stat, err := machine.ReadFile(g.path + "/memory.stat")
	if err != nil {
		return false
	}
	var left int64
	for _, key := range []string{"shmem ", "slab "} {
		n, _ := strconv.ParseInt(machine.Word(stat, key), 10, 64)
		left += n
	}
	return left <= g.limit/16
}

func (c *cgroups) put(g *cgroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g.limit > 0 {
		c.free[g.kind] = append(c.free[g.kind], g)
	}
}

// giveUp ends the use of groups for new children.
func (c *cgroups) giveUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = true
}

// close ends the remaining daemons, moves this process back, and removes all groups, except those of abandoned
// children.
func (c *cgroups) close() {
	if c == nil || c.own == "" {
		return
	}
	c.giveUp()
	if c.daemons {
		_ = setCgroup(c.dir+"/daemons", "cgroup.kill", "1")
		removeBelow(c.dir + "/daemons")
	}
	if c.limits {
		groups, _ := filepath.Glob(c.dir + "/[0-9]*")
		for _, path := range groups {
			removeCgroup(path)
		}
		_ = setCgroup(c.dir, "cgroup.subtree_control", "-memory")
		_ = setCgroup(c.own, "cgroup.subtree_control", "-memory")
		_ = setCgroup(c.own, "cgroup.procs", "0")
		removeCgroup(c.dir + "/parent")
	}
	removeCgroup(c.dir)
}
