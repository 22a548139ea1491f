package target

import (
	"brood/internal/event"
	"brood/internal/filecopy"
)

// verify compares the contents of a file on both sides.
func (c *child) verify(args ...string) error {
	name := args[0]
	info, err := c.copier.Lstat(name)
	if err != nil {
		return filecopy.NewError("stat", err)
	}
	sum, err := c.copier.Compare(c.ctx, name, c.watched(name, info.Size()))
	if err != nil {
		return err
	}
	e := event.Event{Kind: event.Verified, File: name, Bytes: info.Size(), Hash: string(c.Options.Hash), Digest: sum}
	if sum == "" {
		e = event.Event{Kind: event.Differs, File: name, Reason: event.ReasonContents}
	}
	c.settle(e)
	return nil
}
