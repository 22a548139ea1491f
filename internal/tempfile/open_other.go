//go:build !linux

package tempfile

import (
	"errors"
	"os"
)

// openUnnamed is for Linux. Elsewhere no file begins without a name.
func openUnnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }

// reopen is for Linux. Elsewhere no name leads to a file without a name, or only to its shared offset (/dev/fd).
func reopen(*os.File) (*os.File, error) { return nil, errors.ErrUnsupported }
