package target

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strconv"

	"brood/internal/filecopy"
	"brood/internal/process"
)

// openSource opens the source: the folder that the parent has opened, or, in a child by hand, the path.
func (k Kwargs) openSource(w *process.Work) (*os.Root, error) {
	if len(w.Files) > 0 {
		return reopen(w.Files[0], k.Source)
	}
	return os.OpenRoot(k.Source)
}

// openDest opens the destination likewise. It makes a destination that the parent has not opened and that is
// missing.
func (k Kwargs) openDest(w *process.Work, source *os.Root) (*os.Root, error) {
	if len(w.Files) > 1 {
		return reopen(w.Files[1], k.Dest)
	}
	return filecopy.Destination(source, k.Dest, k.Options)
}

// reopen opens the folder behind f, wherever its path leads by now. Only Linux opens a folder by its descriptor.
// Elsewhere reopen goes by the path, and fails if that leads to another folder.
func reopen(f *os.File, path string) (*os.Root, error) {
	if runtime.GOOS == "linux" {
		root, err := os.OpenRoot("/proc/self/fd/" + strconv.Itoa(int(f.Fd())))
		if !errors.Is(err, fs.ErrNotExist) { // it does not exist where /proc is not mounted
			return root, err
		}
	}
	return reopenByPath(f, path)
}

func reopenByPath(f *os.File, path string) (*os.Root, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	now, err := root.Stat(".")
	opened, openedErr := f.Stat()
	if err = errors.Join(err, openedErr); err == nil && !os.SameFile(opened, now) {
		err = &fs.PathError{Op: "open", Path: path, Err: errReplaced}
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

var errReplaced = errors.New("is another folder than when the run began")
