package filecopy

import (
	"io/fs"
	"os"
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
