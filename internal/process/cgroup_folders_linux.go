package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// ownCgroup returns the folder of this process's group of version 2; "" if there is none.
func ownCgroup() string {
	mount := "/sys/fs/cgroup"
	if !isCgroup2(mount) {
		if mount += "/unified"; !isCgroup2(mount) { // beside version 1
			return ""
		}
	}
	text, _ := machine.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(text)) {
		path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::/")
		if ok && !strings.HasPrefix(path, "..") { // ".." is outside of the mounted part
			return filepath.Join(mount, path)
		}
	}
	return ""
}

func isCgroup2(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && st.Type == unix.CGROUP2_SUPER_MAGIC
}

// canLimit tells whether the group has a memory controller and no other process.
func canLimit(own string) bool {
	controllers, _ := machine.ReadFile(own + "/cgroup.controllers")
	processes, _ := machine.ReadFile(own + "/cgroup.procs")
	return bytes.Contains(controllers, []byte("memory")) && string(processes) == fmt.Sprintln(os.Getpid())
}

// delegated tells whether a group was handed to this user. It is not the machine's root group, which has no
// cgroup.type. Under systemd a group counts only with systemd's mark (CGROUP_DELEGATION); from version 251 on
// every user can see that mark.
func delegated(own string) bool {
	var st unix.Stat_t
	if err := unix.Stat(own+"/cgroup.procs", &st); err != nil || int(st.Uid) != os.Geteuid() {
		return false
	}
	if _, err := os.Stat(own + "/cgroup.type"); err != nil {
		return false
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil { // sd_booted(3)
		return true
	}
	mark := make([]byte, 1)
	n, err := unix.Getxattr(own, "user.delegate", mark)
	return err == nil && string(mark[:n]) == "1"
}

// removeBelow removes a group and the groups in it.
func removeBelow(path string) (gone bool) {
	below, _ := filepath.Glob(path + "/[0-9]*")
	for _, group := range below {
		removeCgroup(group)
	}
	return removeCgroup(path)
}

// removeCgroup removes a group. It waits up to 100 ms for a killed process that is about to leave.
func removeCgroup(path string) (gone bool) {
	for range 20 {
		if err := unix.Rmdir(path); err != unix.EBUSY {
			return err == nil || err == unix.ENOENT
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

// setCgroup writes to a file of a group, without O_CREATE and O_TRUNC, since the files are the kernel's.
func setCgroup(group, file, value string) error {
	f, err := os.OpenFile(filepath.Join(group, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value)
	return err
}

// firstError calls the steps in order until one fails.
func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
