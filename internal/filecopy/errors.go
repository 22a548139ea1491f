package filecopy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Error has the operation that failed and the cause: "rename: no space left on device". It
// contains no file name, as a name may contain anything, even terminal escapes. errors.Is
// finds the errno and its fs.Err equivalent.
type Error struct {
	Op  string
	Err error
}

func (e *Error) Error() string { return e.Op + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// NewError returns an Error of op with the Cause of err.
func NewError(op string, err error) error { return &Error{Op: op, Err: Cause(err)} }

// Transient reports whether another try may succeed: the medium, the network or a server had a
// temporary problem. A full disk, a missing file or a refusal will be the same next time.
func Transient(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ESTALE) || errors.Is(err, syscall.ETIMEDOUT)
}

// Cause removes the names that the os package adds to an error.
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

// unfit returns err. If err means that the file system cannot hold the name, unfit says so.
// That is EINVAL (open(2)), or EILSEQ if names must be UTF-8.
func unfit(err error) error {
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EILSEQ) {
		return fmt.Errorf("the destination cannot hold this name: %w", Cause(err))
	}
	return err
}
