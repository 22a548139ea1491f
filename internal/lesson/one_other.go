//go:build !unix

package lesson

import (
	"errors"
	"fmt"

	"brood/internal/process"
)

// A variable, so that the function that is shown is the one of Unix.
var stopped process.Target = func(*process.Work) error {
	return fmt.Errorf("stop a process: %w", errors.ErrUnsupported)
}
