//go:build !linux

package process

import (
	"errors"
	"runtime"
)

func limitsAvailable() error {
	return errors.New("a limit of memory, CPU time or priority: not on " + runtime.GOOS)
}

func (l Limits) take() error { return nil }
