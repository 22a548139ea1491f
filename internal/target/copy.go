package target

import (
	"errors"
	"io/fs"
	"slices"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// copy copies the item that has the name now.
func (c *child) copy(args ...string) error { return c.copyName(args[0]) }

// link makes a name a hard link to the first name of its file. If it cannot, it copies the name.
func (c *child) link(args ...string) error {
	c.ctx.Done()
	first, name := args[0], args[1]
	result, err := c.copier.Link(first, name, c.Options)
	if errors.Is(err, filecopy.ErrCannotLink) || errors.Is(err, filecopy.ErrNoFirst) {
		return c.copyName(name, result.Lost...)
	}
	result.Method = "hard link"
	return c.done(event.Event{Kind: event.Linked, File: name}, result, err)
}

// copyName copies an item by its kind. lost names the attributes that the copy lacks already.
func (c *child) copyName(name string, lost ...string) error {
	info, err := c.copier.Lstat(name)
	if err != nil {
		return filecopy.NewError("stat", err)
	}
	if !info.Mode().IsRegular() || c.Options.Archive {
		c.ctx.Done() // SIGTERM ends ctx from now on: these leave something half done if they are cut short
	}
	var result filecopy.Result
	e := event.Event{File: name}
	switch mode := info.Mode(); {
	case mode.IsDir():
		e.Kind = event.Made
		result, err = c.copier.Folder(name, c.Options)
	case mode.Type() == fs.ModeSymlink:
		e.Kind = event.Linked
		result, err = c.copier.Symlink(name, c.Options)
	case c.Options.Archive && !mode.IsRegular():
		e.Kind = event.Made
		result, err = c.copier.Node(name, c.Options)
	default:
		e.Kind = event.Copied
		result, err = c.copier.File(c.ctx, name, info, c.watched(name, info.Size()))
	}
	result.Lost = append(lost, result.Lost...)
	return c.done(e, result, err)
}

// done writes the outcome of a name, unless there is an error.
func (c *child) done(e event.Event, result filecopy.Result, err error) error {
	if err != nil {
		return err
	}
	e.Bytes, e.Lost, e.Digest = result.Bytes, result.Lost, result.Digest
	if e.Digest != "" {
		e.Hash = string(c.Options.Hash)
	}
	e.Method, e.Resumed, e.Retries = string(result.Method), result.Resumed, result.Retries
	switch {
	case slices.Contains(e.Lost, filecopy.LostDevice), slices.Contains(e.Lost, filecopy.LostFIFO):
		e.Kind, e.Reason = event.Skipped, "cannot be made here"
	case result.Skipped && e.Digest != "":
		e.Kind = event.Verified
	case result.Skipped:
		e.Kind, e.Method, e.Reason = event.Skipped, "", event.ReasonDone
		if c.Options.Overwrite == filecopy.Never {
			e.Reason = event.ReasonExists
		}
		if result.Repaired {
			e.Reason = event.ReasonRepaired
		}
	}
	c.settle(e)
	return nil
}
