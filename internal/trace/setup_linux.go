//go:build amd64 || arm64

package trace

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// The setup is this binary as the process that becomes the traced program:
//
//	brood child trace [--filter] -- PATH ARGV…
//
// It stops until it is traced. Then it takes the filter and executes the program. If it cannot, it exits with the number
// of the error.
const (
	childCommand = "child"
	setupTarget  = "trace"
	filterFlag   = "--filter"
)

func setupArgv(filtered bool, path string, argv []string) []string {
	own := []string{"brood", childCommand, setupTarget}
	if filtered {
		own = append(own, filterFlag)
	}
	return append(append(own, "--", path), argv...)
}

// IsSetup tells whether argv is that of a setup.
func IsSetup(argv []string) bool {
	return len(argv) > 2 && argv[1] == childCommand && argv[2] == setupTarget
}

// Setup runs the setup on the main thread, because the tracer has seized that thread. It returns an exit status
// if it could not execute the program.
func Setup(argv []string) (status int) {
	rest, filtered := argv[3:], false
	if len(rest) > 0 && rest[0] == filterFlag {
		rest, filtered = rest[1:], true
	}
	if len(rest) < 3 || rest[0] != "--" {
		return int(unix.EINVAL)
	}
	for !traced() {
		if err := unix.Kill(os.Getpid(), unix.SIGSTOP); err != nil {
			return number(err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0); err != nil {
		return number(err)
	}
	if filtered {
		if err := takeFilter(); err != nil {
			return number(err)
		}
	}
	return number(syscall.Exec(rest[1], rest[2:], os.Environ()))
}

// traced tells whether a thread of brood traces this process by now. Another tracer may have it.
func traced() bool {
	text, err := machine.ReadFile("/proc/self/status")
	tracer, _ := strconv.Atoi(machine.Word(text, "TracerPid:"))
	return err == nil && isThread(os.Getppid(), tracer)
}

func number(err error) int {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return int(errno)
	}
	return int(unix.EIO)
}

// check returns why the program at path cannot be traced.
func check(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrPermission) {
		return nil // it may be executable all the same
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		switch {
		case info.Mode()&os.ModeSetuid != 0:
			return errors.New("it is setuid, and a traced program does not get the rights of its owner")
		case info.Mode()&os.ModeSetgid != 0:
			return errors.New("it is setgid, and a traced program does not get the rights of its group")
		}
	}
	var head [5]byte // of ELF: the magic number, then 1 for 32 bits (elf(5), e_ident)
	if n, _ := file.Read(head[:]); n == len(head) && bytes.Equal(head[:4], []byte("\x7fELF")) && head[4] == 1 {
		return errors.New("it is a program of 32 bits")
	}
	return nil
}
