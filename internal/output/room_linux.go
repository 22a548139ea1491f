package output

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// free returns the free bytes of the disk of a file. It is the highest number if they are unknown.
func free(f *os.File) uint64 {
	var s unix.Statfs_t
	if unix.Fstatfs(int(f.Fd()), &s) != nil || s.Blocks == 0 {
		return math.MaxUint64
	}
	return s.Bavail * uint64(s.Bsize)
}
