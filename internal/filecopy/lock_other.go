//go:build !linux && !darwin && !freebsd

package filecopy

import (
	"os"
	"runtime"
)

// lock is nothing here: Windows keeps a file that is open from being removed.
type lock struct{}

func hold(*os.File) (lock, error) { return lock{}, nil }

func (lock) release() {}

// removeUnlocked closes f and tries to remove it from dir, where an open file
// can't be.
func removeUnlocked(dir *os.Root, name string, f *os.File) (bool, error) {
	f.Close()
	if runtime.GOOS != "windows" {
		return false, nil
	}
	return dir.Remove(name) == nil, nil
}
