package process

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// forDaemons makes the groups for daemons, and returns the working folder for the guardians.
func (c *cgroups) forDaemons() (dir string) {
	const nowhere = "/"
	if c == nil || c.own == "" {
		return nowhere
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.settleDaemons(); err != nil {
		removeBelow(c.dir + "/daemons")
		_ = unix.Rmdir(c.dir) // fails if there are groups for limits in it
		return nowhere
	}
	c.daemons = true
	return c.dir
}

func (c *cgroups) settleDaemons() error {
	daemons := c.dir + "/daemons"
	if !c.limits { // a parent with the same PID may have left one, when it was killed with its guardians
		removeBelow(daemons)
		_ = unix.Rmdir(c.dir)
	}
	if err := os.Mkdir(c.dir, 0o755); err != nil && !(c.limits && errors.Is(err, os.ErrExist)) {
		return err
	}
	return firstError(
		func() error { return os.Mkdir(daemons, 0o755) },
		func() error { return unix.Access(daemons+"/cgroup.kill", unix.W_OK) }, // since Linux 5.14
		func() error {
			if !c.limits {
				return nil
			}
			return setCgroup(daemons, "cgroup.subtree_control", "+memory")
		},
		func() error { return os.Mkdir(daemons+"/0", 0o755) },
	)
}

// endDaemons kills the processes in the daemons' groups, which are below a guardian's working folder.
func endDaemons() { _ = setCgroup("daemons", "cgroup.kill", "1") }

// removeDaemons waits until the killed processes have left those groups, and removes the groups. It removes the
// group above, too, unless that has groups for limits. A living parent does this itself.
func removeDaemons(parent int) {
	dir, err := os.Getwd()
	if err != nil || !isCgroup2(dir) {
		return
	}
	for began := time.Now(); !removeBelow(dir + "/daemons"); {
		patience := killGrace
		if os.Getppid() == parent {
			patience = time.Second // the parent may be about to end
		}
		if time.Since(began) > patience {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = unix.Rmdir(dir)
}
