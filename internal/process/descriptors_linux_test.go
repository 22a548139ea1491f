package process_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func setDescriptors(n int) error {
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(n), Max: uint64(n)})
}

// shortenPipes shrinks each pipe of a process to one page.
func shortenPipes(pid int) error {
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, link := range links {
		target, _ := os.Readlink(link)
		if !strings.HasPrefix(target, "pipe:") {
			continue
		}
		pipe, err := os.OpenFile(link, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			continue // its other end
		}
		_, _ = unix.FcntlInt(pipe.Fd(), unix.F_SETPIPE_SZ, os.Getpagesize())
		pipe.Close()
	}
	return err
}
