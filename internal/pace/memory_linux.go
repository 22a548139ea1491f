package pace

import (
	"os"

	"brood/internal/memfd"
)

// memoryName is the name of the memory in /proc/PID/fd.
const memoryName = "brood-rate"

// newMemory makes shared memory of size bytes.
func newMemory(size int64) (*os.File, error) { return memfd.New(memoryName, size) }
