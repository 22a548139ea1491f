//go:build unix && !linux

package pace

import "os"

// newMemory makes a file of size bytes, and removes its name at once.
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
