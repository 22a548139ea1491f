package filecopy

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Folder finishes the folder dst/name. It makes the folder and its parents if they are
// missing. It removes leftovers in it (Sweep; with Resume, only leftovers of finished files).
// Then it gives the folder the permission bits and times of src/name, and with Archive all
// attributes. With Durable it syncs the folder to the medium.
//
// Call Folder when the folder's files are in place: a file changes the folder's times, and its
// final mode may forbid new files. name may be ".". With Strict, a loss is an error, but the
// folder stays.
func (c *Copier) Folder(name string, opts Options) (Result, error) {
	name = filepath.Clean(name)
	return c.reopening(func() (Result, error) {
		info, err := c.Lstat(name)
		if err != nil {
			return Result{}, NewError("stat", err)
		}
		if !info.IsDir() {
			return Result{}, NewError("open folder", syscall.ENOTDIR)
		}
		at, from, err := c.place(name, opts)
		if err != nil {
			return Result{}, err
		}
		dir, err := c.folder(at.dir, at.base, name, opts)
		if err != nil {
			return Result{}, err
		}
		defer dir.Close()
		return fillFolder(from, at.base, info, dir, opts)
	})
}

// fillFolder gives dir the attributes of the folder base of from. dir already has its files.
func fillFolder(from *os.Root, base string, info fs.FileInfo, dir *os.Root, opts Options) (Result, error) {
	wanted := func(string) bool { return false }
	if opts.Resume {
		wanted = func(partial string) bool { return lacksFile(from, base, dir, partial) }
	}
	if _, err := sweep(dir, wanted); err != nil {
		return Result{}, err
	}
	if !opts.Durable {
		lost, err := setFolderMetadata(from, base, info, dir, opts)
		return Result{Lost: lost}, err
	}
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0) // while the mode still allows it
	if err != nil {
		return Result{}, NewError("open folder", err)
	}
	defer f.Close()
	lost, err := setFolderMetadata(from, base, info, dir, opts)
	if err == nil {
		err = syncFolder(f)
	}
	return Result{Lost: lost}, err
}

// setFolderMetadata gives dir the times and the mode of the folder name of src, or with Archive
// all attributes.
func setFolderMetadata(
	src *os.Root, name string, info fs.FileInfo, dir *os.Root, opts Options,
) (lost []string, err error) {
	// The mode comes last: it may forbid even access to "." in the folder.
	if err := dir.Chtimes(".", accessTime(info), info.ModTime()); err != nil {
		return nil, NewError("set times", err)
	}
	if opts.Archive {
		return keepByName(src, name, info, dir, ".", opts)
	}
	mode, err := modeAloneOf(src, name, info)
	if err != nil {
		return nil, err
	}
	if err := dir.Chmod(".", mode); err != nil {
		return nil, NewError("set mode", err)
	}
	return nil, nil
}

// Sweep removes the leftovers of killed copies from the folder dst/dir, and returns their
// number. A leftover is a file with a temporary name (IsTemporary) that no process has locked.
// A symlink, FIFO or device can't be locked, and its times prove nothing, so Sweep removes it
// in any case: a copy under way makes another (recreate). If the file has other names, they
// stay. In a file system without locks, Sweep cannot tell a leftover from a copy under way,
// and leaves the files. It also leaves files that it may not open.
func Sweep(dst *os.Root, dir string) (removed int, err error) {
	folder, err := openFolder(dst, dir)
	if err != nil {
		return 0, NewError("open folder", err)
	}
	defer folder.Close()
	return sweep(folder, func(string) bool { return false })
}

// sweep is Sweep of an open folder. It keeps the leftovers that are wanted.
func sweep(folder *os.Root, wanted func(name string) bool) (int, error) {
	names, err := temporaries(folder)
	if err != nil {
		return 0, NewError("read folder", err)
	}
	count := 0
	for _, name := range names {
		if wanted(name) {
			continue
		}
		gone, err := sweepOne(folder, name)
		if err != nil {
			return count, NewError("remove", err)
		}
		if gone {
			count++
		}
	}
	return count, nil
}

// temporaries returns the temporary names in a folder. They are few, even if the folder has
// a million other names.
func temporaries(folder *os.Root) ([]string, error) {
	f, err := folder.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found []string
	for {
		names, err := f.Readdirnames(1024)
		for _, name := range names {
			if IsTemporary(name) {
				found = append(found, name)
			}
		}
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// sweepOne removes the file with a temporary name, if it is a leftover.
func sweepOne(folder *os.Root, name string) (bool, error) {
	info, err := Lstat(folder, name)
	switch {
	case err != nil:
		return removed(err)
	case info.Mode().IsRegular():
		return sweepFile(folder, name, info)
	case info.Mode()&(fs.ModeSymlink|fs.ModeNamedPipe|fs.ModeDevice) != 0:
		return removed(folder.Remove(name))
	}
	return false, nil
}

func sweepFile(folder *os.Root, name string, seen fs.FileInfo) (bool, error) {
	// NFS locks only files that are open for writing (flock(2)). But a copy killed just
	// before its rename may be read-only, or a process may execute it by another name.
	f, _, err := openSeen(folder, name, os.O_RDWR, seen)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ETXTBSY) {
		f, _, err = openSeen(folder, name, os.O_RDONLY, seen)
	}
	if err != nil {
		return false, nil
	}
	defer f.Close()
	return removeUnlocked(folder, name, f)
}

// removed returns the result of a removal. ErrNotExist is no error: another Sweep was faster,
// or the copy has ended.
func removed(err error) (bool, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
