//go:build unix && !linux

package process

import "errors"

const descriptorsDir = "/dev/fd"

func closeOnExecFrom(uint) error { return errors.ErrUnsupported }
