//go:build linux || darwin || freebsd

package filecopy

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lock protects a temporary from Sweep. It has its own descriptor, as a flock(2) belongs to the
// open file. It lasts until the last descriptor is closed, or the process killed.
type lock struct {
	fd   int
	held bool
}

// hold locks the new file f. It returns errSwept if a Sweep was faster.
func hold(f *os.File) (lock, error) {
	switch err := tryLock(f); err {
	case nil:
	case unix.EWOULDBLOCK:
		return lock{}, errSwept
	case unix.ENOLCK, unix.ENOSYS, unix.EOPNOTSUPP, unix.EINVAL:
		return lock{}, nil // the file system has no locks, so Sweep leaves the file
	default:
		return lock{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return lock{}, err
	}
	if info.Sys().(*syscall.Stat_t).Nlink == 0 {
		return lock{}, errSwept
	}
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return lock{}, err
	}
	return lock{fd: fd, held: true}, nil
}

func (l lock) release() {
	if l.held {
		unix.Close(l.fd)
	}
}

// removeUnlocked removes the open file f from dir, if no process has locked it and it still has
// that name. Another sweep may have removed it, and another copy may have taken the name.
// While we have the lock, no other process removes or renames the file.
func removeUnlocked(dir *os.Root, name string, f *os.File) (bool, error) {
	if tryLock(f) != nil {
		return false, nil
	}
	opened, err := f.Stat()
	if err != nil {
		return false, err
	}
	named, err := Lstat(dir, name)
	if err != nil {
		return removed(err)
	}
	if !os.SameFile(opened, named) {
		return false, nil
	}
	return removed(dir.Remove(name))
}

func tryLock(f *os.File) error {
	return ignoringEINTR(func() error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
}
