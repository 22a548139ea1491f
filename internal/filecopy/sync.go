package filecopy

import (
	"os"
	"runtime"
)

// flush waits until the bytes written to f are on the medium. An error is final: the kernel
// drops bytes that it could not write, and the next sync would succeed (fsync(2), NOTES).
func flush(f *os.File) error {
	if err := f.Sync(); err != nil {
		return NewError("sync", err)
	}
	return nil
}

// flushFolder waits until the names in the folder are on the medium.
func flushFolder(dir *os.Root) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return NewError("open folder", err)
	}
	defer f.Close()
	return syncFolder(f)
}

func syncFolder(f *os.File) error {
	if runtime.GOOS == "windows" {
		return nil // NTFS has a journal of names, and no call to sync them
	}
	if err := f.Sync(); err != nil {
		return NewError("sync folder", err)
	}
	return nil
}
