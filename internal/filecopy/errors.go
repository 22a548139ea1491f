package filecopy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Error is what was attempted and why it failed: "rename: no space left on
// device". It holds no name, since a name may hold anything, the escapes of
// terminals included. errors.Is finds the errno and its fs.Err equivalent.
type Error struct {
	Op  string
	Err error
}

func (e *Error) Error() string { return e.Op + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// NewError is the Error of op with the Cause of err.
func NewError(op string, err error) error { return &Error{Op: op, Err: Cause(err)} }

// Transient tells whether the cause of an error may pass, so that another try may
// succeed: a medium, a network or a server that had a bad moment. A full disk, a
// missing file and a refusal will be the same next time.
func Transient(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ESTALE) || errors.Is(err, syscall.ETIMEDOUT)
}

// Cause is err without the names that the os package adds to it.
func Cause(err error) error {
	for {
		switch e := err.(type) {
		case *fs.PathError:
			err = e.Err
		case *os.LinkError:
			err = e.Err
		case *os.SyscallError:
			err = e.Err
		default:
			return err
		}
	}
}

// unfit is err, and says so where it means that this file system has no such names
// (open(2); EILSEQ where names are UTF-8).
func unfit(err error) error {
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EILSEQ) {
		return fmt.Errorf("the destination cannot hold this name: %w", Cause(err))
	}
	return err
}
