//go:build unix

package view

import (
	"os"

	"golang.org/x/sys/unix"
)

// hasTERM is true: TERM names a terminal that can move the cursor.
const hasTERM = true

// Foreground tells whether the terminal's keys go to this process. A shell's job in the background shares the terminal
// with the shell. A terminal that does not control this process has no such jobs.
func Foreground(terminal *os.File) bool {
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	ours := unix.Getpgrp()
	return err != nil || group == ours || group>>32 == ours // the kernel writes 32 bits, wherever they are in an int
}

// StopsWriters tells whether the terminal stops a job in the background that writes (stty tostop).
func StopsWriters(terminal *os.File) bool {
	modes, err := unix.IoctlGetTermios(int(terminal.Fd()), readTermios)
	return err == nil && modes.Lflag&unix.TOSTOP != 0
}
