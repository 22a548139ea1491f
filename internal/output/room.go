package output

import (
	"errors"
	"fmt"
	"syscall"

	"brood/internal/tempfile"
)

// A command whose write failed for lack of space may ignore that, and the collector does not see its writes. So at the
// end of each command the collector tries to write as well. That finds a full disk and an exhausted quota.
//
// A few bytes prove too little. ext4 and XFS reserve the space for a large write at once: on Linux 6.18 a write of
// 3 MB failed when 1.6 MB were free. So if the disk has little left, the collector tries a large write.
//
// Space may become free between the failed write of a command and its end. Mostly the collector itself frees it, when
// it has printed another output. So it tries before it frees anything, and a failure counts for all commands that run
// at that time. It cannot know of space that other programs free.
const (
	smallProbe = 4 << 10 // more than a file system keeps in an inode
	largeProbe = 4 << 20 // more than most programs write at once
	littleRoom = 2 * largeProbe
)

// checkRoom returns ErrIncomplete if the disk is full or has been since the attempt began. empty is an empty file on
// the disk, which checkRoom may fill; nil for none.
func (o *Output) checkRoom(empty *tempfile.File) error {
	c := o.collector
	if err := c.probe(empty); err != nil {
		return fmt.Errorf("%w: write to %s: %w", ErrIncomplete, c.folder(), cause(err))
	}
	if c.fulls.Load() != o.fulls {
		return fmt.Errorf("%w: write to %s: %w while the command ran", ErrIncomplete, c.folder(), syscall.ENOSPC)
	}
	return nil
}

// probe returns an error if the disk takes no more, and counts it in c.fulls.
func (c *Collector) probe(empty *tempfile.File) error {
	err := c.tryWrite(empty)
	if err != nil {
		c.fulls.Add(1)
	}
	return err
}

func (c *Collector) tryWrite(f *tempfile.File) error {
	if f == nil {
		var err error
		if f, err = c.files.Create(); err != nil {
			return err
		}
		defer f.Close()
	}
	_, err := f.Write(make([]byte, smallProbe))
	if err == nil && free(f.File) < littleRoom {
		_, err = f.Write(make([]byte, largeProbe))
		f.Truncate(0) // others need the space
	}
	if errors.Is(err, syscall.EFBIG) {
		return nil // a limit of this process (ulimit -f), not of the disk
	}
	return err
}
