//go:build !linux && !darwin && !freebsd

package filecopy

import (
	"os"
	"runtime"
)

// lock does nothing: Windows does not remove an open file.
type lock struct{}

func hold(*os.File) (lock, error) { return lock{}, nil }

func (lock) release() {}

// removeUnlocked closes f and tries to remove it from dir. Windows refuses that while another
// process has the file open. Other systems without locks cannot tell, so the file stays.
func removeUnlocked(dir *os.Root, name string, f *os.File) (bool, error) {
	f.Close()
	if runtime.GOOS != "windows" {
		return false, nil
	}
	return dir.Remove(name) == nil, nil
}
