package process

import (
	"math"

	"golang.org/x/sys/unix"
)

const descriptorsDir = "/proc/self/fd"

func closeOnExecFrom(fd uint) error {
	return unix.CloseRange(fd, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
}
