//go:build unix && !linux

package pace

import "os"

// newMemory is a file of a page, whose name is taken away at once.
func newMemory() (*os.File, error) {
	file, err := os.CreateTemp("", "brood-rate-")
	if err != nil {
		return nil, err
	}
	if err = os.Remove(file.Name()); err == nil {
		err = file.Truncate(page)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
