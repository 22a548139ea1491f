package filecopy

import (
	"errors"
	"io/fs"
	"syscall"
)

var errSocket = errors.New("a socket cannot be copied")

// Node recreates the FIFO or device src/name at dst/name, with its permission bits and times.
// With Archive it keeps the other attributes, too. Node makes the parent folders that dst
// lacks. An existing node of the same kind stays (Skipped). Node treats any other existing
// file like Symlink.
//
// If Node cannot make the file, because we are not root or the file system has no such files,
// the result has LostFIFO or LostDevice. With Strict that is an error. Node can make none on
// other systems than Linux.
func (c *Copier) Node(name string, opts Options) (Result, error) {
	return c.reopening(func() (Result, error) {
		info, err := c.Lstat(name)
		if err != nil {
			return Result{}, NewError("stat", err)
		}
		loss, err := nodeLoss(info.Mode())
		if err != nil {
			return Result{}, err
		}
		at, from, err := c.place(name, opts)
		if err != nil {
			return Result{}, err
		}
		unmade := false
		isThere := func(old fs.FileInfo) bool { return sameNode(info, old) }
		res, err := at.recreate(from, info, opts, isThere, func(temporary string) (losses, error) {
			if err := at.writing(func() error { return makeNode(at.dir, temporary, info) }); err != nil {
				unmade = cannotMake(err)
				return nil, NewError("make node", err)
			}
			return at.setUnopened(from, info, temporary, opts)
		})
		if unmade {
			lost, err := losses{loss}.judged(opts)
			return Result{Lost: lost}, err
		}
		return res, err
	})
}

// cannotMake reports whether err means that we or the file system cannot make such a file.
// EACCES only means that we may not write to the folder.
func cannotMake(err error) bool { return refused(err) && !errors.Is(err, syscall.EACCES) }

// nodeLoss returns the loss if a file of that mode cannot be made.
func nodeLoss(mode fs.FileMode) (string, error) {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return LostFIFO, nil
	case mode&fs.ModeDevice != 0:
		return LostDevice, nil
	case mode&fs.ModeSocket != 0:
		return "", errSocket
	}
	return "", NewError("make node", syscall.EINVAL)
}
