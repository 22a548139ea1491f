package process

import (
	"fmt"
	"math/rand/v2"
	"os"
)

// ties connect this process to its children, so that each side notices the other's end. All children share them.
// Each part is made when the first child needs it, and all end with the family.
type ties struct {
	program    string // the binary that children run
	null       *os.File
	lifeline   *lifeline
	watcher    *watcher   // of the children's ends, and of their standard error
	receiver   *watcher   // of their events; for Config.Receive
	guardians  *guardians // for daemons
	mark       string     // an entry in the environment of daemons, which their descendants inherit
	cgroups    *cgroups   // for daemons, and for a limit of memory
	suspension func()     // ends the passing on of Ctrl-Z

	spawners map[priority]*spawner
}

// markKey begins the mark of a family.
const markKey = "BROOD_FAMILY="

// tie returns the ties for a child, and its spawner. That is nil unless the child is a daemon or has a priority.
func (f *family) tie(daemon, receives bool, limits Limits) (t ties, s *spawner, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.ties.make(daemon, receives, limits.Memory > 0); err != nil {
		return ties{}, nil, err
	}
	if prio := limits.priority(); daemon || prio != (priority{}) {
		s, err = f.ties.spawnerFor(prio)
	}
	return f.ties, s, err
}

// make makes the missing parts. The caller holds the family's mu.
func (t *ties) make(daemon, receives, limited bool) (err error) {
	if t.program == "" {
		t.program = executable()
	}
	if t.null == nil {
		if t.null, err = openNull(); err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
	}
	if t.lifeline == nil {
		if t.lifeline, err = newLifeline(); err != nil {
			return fmt.Errorf("lifeline: %w", err)
		}
	}
	if t.cgroups == nil && (daemon || limited) {
		t.cgroups = newCgroups(limited) // before the first guardian: this process must be alone in its group
	}
	if t.suspension == nil {
		t.suspension = passSuspension()
	}
	if t.watcher == nil {
		if t.watcher, err = newWatcher(); err != nil {
			return err
		}
	}
	if receives && t.receiver == nil {
		if t.receiver, err = newWatcher(); err != nil {
			return err
		}
	}
	if daemon && t.guardians == nil {
		t.mark = fmt.Sprintf("%s%d-%08x", markKey, os.Getpid(), rand.Uint32())
		if t.guardians, err = newGuardians(t.watcher, t.lifeline, t.mark, t.cgroups.forDaemons()); err != nil {
			return fmt.Errorf("guardian: %w", err)
		}
	}
	return nil
}

// spawnerFor returns the spawner with that priority. The caller holds the family's mu.
func (t *ties) spawnerFor(prio priority) (*spawner, error) {
	if s := t.spawners[prio]; s != nil {
		return s, nil
	}
	s, err := newSpawner(prio)
	if err != nil {
		return nil, err
	}
	if t.spawners == nil {
		t.spawners = map[priority]*spawner{}
	}
	t.spawners[prio] = s
	return s, nil
}

// end ends all parts. Their goroutines take the family's mu, so the caller does not hold it.
func (t ties) end() {
	if t.suspension != nil {
		t.suspension()
	}
	t.guardians.retire()
	t.lifeline.close() // which ends the guardians
	t.guardians.dismiss()
	for _, s := range t.spawners {
		s.stop()
	}
	t.watcher.stop()
	t.receiver.stop()
	t.null.Close()
	t.cgroups.close() // last: the guardians were in one
}

// leaveGuardian takes an ended daemon off the guardians' list. It is called before the daemon is reaped.
func (f *family) leaveGuardian(pid int) {
	f.mu.Lock()
	guardians := f.ties.guardians
	f.mu.Unlock()
	guardians.leave(pid)
}
