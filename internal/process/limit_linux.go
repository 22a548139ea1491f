package process

import (
	"os"
	"path"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

func systemLimits() []systemLimit {
	var limits []systemLimit
	add := func(name string, limit, used, perChild int) {
		limits = append(limits, systemLimit{name, limit, limit - used, perChild})
	}
	all := machine.Threads()
	tasks := all + tasksKept
	if n, ok := machine.Int("/proc/sys/kernel/pid_max"); ok {
		add("kernel.pid_max", n, tasks, tasksPerChild)
	}
	if n, ok := machine.Int("/proc/sys/kernel/threads-max"); ok {
		add("kernel.threads-max", n, tasks, tasksPerChild)
	}
	var r unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NPROC, &r) == nil && r.Cur < unix.RLIM_INFINITY && !exemptFromNproc() {
		add("RLIMIT_NPROC", int(r.Cur), threadsOfUser(all, r.Cur)+tasksKept, tasksPerChild)
	}
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &r) == nil && r.Cur < unix.RLIM_INFINITY {
		add(nofile, int(r.Cur), openFiles()+filesKept, filesPerChild)
	}
	groups := groupsSeen.Swap(nil) // at the start of a run they were read a moment ago
	if groups == nil {
		groups = new(pidsGroups())
	}
	for _, g := range *groups {
		add("pids.max", g.most, g.used()+tasksKept, tasksPerChild)
	}
	return limits
}

// threadsOfUser counts the threads of this user, which takes four system calls for each process of the machine. Where
// all threads together leave half of the limit free, it takes them for this user's.
func threadsOfUser(all int, limit uint64) int {
	if all > 0 && uint64(all) <= limit/2 {
		return all
	}
	return machine.ThreadsOfUser(os.Getuid())
}

// openFiles counts the open descriptors, and may count one more.
func openFiles() int {
	const dir = "/proc/self/fd"
	if info, err := os.Stat(dir); err == nil && info.Size() > 0 { // since Linux 6.2
		return int(info.Size())
	}
	open, _ := os.ReadDir(dir)
	return len(open)
}

// exemptFromNproc tells whether RLIMIT_NPROC does not hold for this process: it is root's, or has one of these
// capabilities (kernel/fork.c).
func exemptFromNproc() bool {
	if os.Getuid() == 0 {
		return true
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	exempt := uint32(1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_SYS_RESOURCE)
	return data[0].Effective&exempt != 0
}

// pidsGroup is a control group of this process that limits the number of tasks.
type pidsGroup struct {
	dir  string
	most int
}

func (g pidsGroup) used() (tasks int) {
	tasks, _ = machine.Int(g.dir + "/pids.current")
	return tasks
}

// groupsSeen is what Enough has found, for the first look at the limits after it.
var groupsSeen atomic.Pointer[[]pidsGroup]

// pidsGroups returns the groups with a limit, from this process's own group up to the root, for versions 1 and 2
// (cgroups(7)). A group without one says "max", or has no such file.
func pidsGroups() (groups []pidsGroup) {
	text, _ := machine.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 || parts[1] != "" && parts[1] != "pids" {
			continue
		}
		mount := "/sys/fs/cgroup"
		if parts[1] == "pids" {
			mount = "/sys/fs/cgroup/pids"
		}
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			dir := path.Join(mount, group)
			if most, ok := machine.Int(dir + "/pids.max"); ok {
				groups = append(groups, pidsGroup{dir, most})
			}
			if group == "/" {
				break
			}
		}
	}
	return groups
}
