package jobs

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"brood/internal/memfd"
)

// fileName is the name of the file in /proc/PID/fd.
const fileName = "brood-jobs"

// fileSize is the size of the file in bytes: a decimal number, spaces before it, and a newline.
const fileSize = 20

// Number is the number of another process.
type Number struct{ found *memfd.Found }

// Of returns the number of the parent with that PID. The caller needs the rights that [memfd.Of] needs. The error is
// ESRCH if no such process exists, and ErrNone if it shares no number.
func Of(pid int) (*Number, error) {
	found, err := memfd.Of(pid, fileName)
	if errors.Is(err, memfd.ErrNone) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	n := &Number{found}
	if _, err := n.Get(); err != nil {
		n.Close()
		return nil, ErrNone
	}
	return n, nil
}

// Get returns the number: a number of children, Unlimited or Auto.
func (n *Number) Get() (int, error) { return read(n.found.File) }

// Set changes the number at once, and returns the one before. to is a number of children or Unlimited. When the parent
// cannot be told, Set changes nothing.
func (n *Number) Set(to int) (before int, err error) {
	if before, err = n.Get(); err != nil {
		return 0, err
	}
	if err := write(n.found.File, to); err != nil {
		return 0, err
	}
	if err := n.found.Signal(unix.SIGWINCH); err != nil {
		return 0, errors.Join(err, write(n.found.File, before))
	}
	return before, nil
}

// Close forgets the process.
func (n *Number) Close() error {
	n.found.Release()
	return n.found.File.Close()
}

func read(file *os.File) (int, error) {
	text := make([]byte, fileSize)
	if _, err := file.ReadAt(text, 0); err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || n < Auto {
		return 0, ErrNone
	}
	return n, nil
}

func write(file *os.File, n int) error {
	_, err := file.WriteAt(fmt.Appendf(nil, "%*d\n", fileSize-1, n), 0)
	return err
}
