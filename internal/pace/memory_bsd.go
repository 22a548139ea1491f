//go:build unix && !linux

package pace

import "os"

// newMemory is a file of that size, whose name is taken away at once.
func newMemory(size int64) (*os.File, error) {
	file, err := os.CreateTemp("", "brood-rate-")
	if err != nil {
		return nil, err
	}
	if err = os.Remove(file.Name()); err == nil {
		err = file.Truncate(size)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
