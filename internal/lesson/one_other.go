//go:build !unix

package lesson

import (
	"errors"
	"fmt"

	"brood/internal/process"
)

// stopped is a variable, so that the lesson shows the function for Unix.
var stopped process.Target = func(*process.Work) error {
	return fmt.Errorf("stop a process: %w", errors.ErrUnsupported)
}
