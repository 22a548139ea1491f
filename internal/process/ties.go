package process

import "fmt"

// ties are the things by which this process and a child know of each other's end. All children share them.
type ties struct {
	lifeline  *lifeline
	watcher   *watcher   // of the children's ends, and of their standard error
	receiver  *watcher   // of their events; nil before the first Config.Receive
	guardians *guardians // nil before the first daemon
	spawner   *spawner   // nil except for a daemon, or a child with a priority
	cgroups   *cgroups   // nil before the first daemon, or the first limit of memory
}

// ties returns the ties for a child, and makes those that are missing.
func (f *family) ties(daemon, receives bool, limits Limits) (ties, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	if f.lifeline == nil {
		if f.lifeline, err = newLifeline(); err != nil {
			return ties{}, fmt.Errorf("lifeline: %w", err)
		}
	}
	if f.cgroups == nil && (daemon || limits.Memory > 0) {
		f.cgroups = newCgroups(limits.Memory > 0) // before the first guardian: this process must be alone in its group
	}
	if f.suspension == nil {
		f.suspension = passSuspension()
	}
	if f.watcher == nil {
		if f.watcher, err = newWatcher(); err != nil {
			return ties{}, err
		}
	}
	if receives && f.receiver == nil {
		if f.receiver, err = newWatcher(); err != nil {
			return ties{}, err
		}
	}
	if daemon && f.guardians == nil {
		if f.guardians, err = newGuardians(f.watcher, f.lifeline, f.cgroups.forDaemons()); err != nil {
			return ties{}, fmt.Errorf("guardian: %w", err)
		}
	}
	t := ties{lifeline: f.lifeline, watcher: f.watcher, receiver: f.receiver, guardians: f.guardians, cgroups: f.cgroups}
	if prio := limits.priority(); daemon || prio != (priority{}) {
		t.spawner, err = f.spawnerFor(prio)
	}
	return t, err
}

// spawnerFor returns the spawner with that priority. The caller holds mu.
func (f *family) spawnerFor(prio priority) (*spawner, error) {
	if s := f.spawners[prio]; s != nil {
		return s, nil
	}
	s, err := newSpawner(prio)
	if err != nil {
		return nil, err
	}
	if f.spawners == nil {
		f.spawners = map[priority]*spawner{}
	}
	f.spawners[prio] = s
	return s, nil
}

// leaveGuardian takes an ended daemon off the guardians' list. It is called before the daemon is reaped.
func (f *family) leaveGuardian(pid int) {
	f.mu.Lock()
	guardians := f.guardians
	f.mu.Unlock()
	guardians.leave(pid)
}
