//go:build !linux

package output

import (
	"errors"
	"os"
)

// openUnnamed is for Linux. Elsewhere no file begins without a name.
func openUnnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }
