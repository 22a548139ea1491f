package filecopy

import (
	"errors"
	"io/fs"
	"syscall"
)

var errSocket = errors.New("a socket cannot be copied")

// Node recreates the FIFO or device src/name at dst/name, with its permission
// bits and times, and with Archive its other attributes, and makes the parent
// folders that dst lacks. What is there is left or replaced as with Symlink:
// the same FIFO or device is left (Skipped).
//
// Where none can be made, by anybody but root or in that file system, nothing
// is there afterwards, and LostFIFO or LostDevice is in the result: with Strict
// an error. Outside Linux it is so everywhere.
func (c *Copier) Node(name string, opts Options) (Result, error) {
	return c.again(func() (Result, error) {
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

// cannotMake leaves out EACCES, the error of a folder that lets nobody write.
func cannotMake(err error) bool { return refused(err) && !errors.Is(err, syscall.EACCES) }

// nodeLoss is what is lost when a file of that mode can't be made.
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
