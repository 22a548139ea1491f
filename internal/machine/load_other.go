//go:build !linux

package machine

import (
	"errors"
	"fmt"
)

var errUntold = fmt.Errorf("only Linux tells: %w", errors.ErrUnsupported)

func load() (int, error)              { return 0, errUntold }
func availableMemory() (int64, error) { return 0, errUntold }
