package process

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

func systemLimits() []systemLimit {
	var limits []systemLimit
	add := func(name string, limit, used, perChild int) {
		limits = append(limits, systemLimit{name, limit, limit - used, perChild})
	}
	tasks := machine.Threads() + tasksKept
	if n, ok := machine.Int("/proc/sys/kernel/pid_max"); ok {
		add("kernel.pid_max", n, tasks, tasksPerChild)
	}
	if n, ok := machine.Int("/proc/sys/kernel/threads-max"); ok {
		add("kernel.threads-max", n, tasks, tasksPerChild)
	}
	var r unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NPROC, &r) == nil && r.Cur < unix.RLIM_INFINITY && !exemptFromNproc() {
		add("RLIMIT_NPROC", int(r.Cur), machine.ThreadsOfUser(os.Getuid())+tasksKept, tasksPerChild)
	}
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &r) == nil && r.Cur < unix.RLIM_INFINITY {
		open, _ := os.ReadDir("/proc/self/fd")
		add(nofile, int(r.Cur), len(open)+filesKept, filesPerChild)
	}
	for _, dir := range pidsCgroups() {
		if n, ok := machine.Int(filepath.Join(dir, "pids.max")); ok { // "max" is not a number
			used, _ := machine.Int(filepath.Join(dir, "pids.current"))
			add("pids.max", n, used+tasksKept, tasksPerChild)
		}
	}
	return limits
}

// exemptFromNproc tells whether RLIMIT_NPROC does not hold for this process: it is root's, or has one of these
// capabilities (kernel/fork.c).
func exemptFromNproc() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return os.Getuid() == 0
	}
	exempt := uint32(1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_SYS_RESOURCE)
	return os.Getuid() == 0 || data[0].Effective&exempt != 0
}

// pidsCgroups returns the folders of this process's control groups that may limit the number of tasks. They go
// from its own group up to the root, for versions 1 and 2 (cgroups(7)).
func pidsCgroups() (dirs []string) {
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
			dirs = append(dirs, filepath.Join(mount, group))
			if group == "/" {
				break
			}
		}
	}
	return dirs
}
