package target

import (
	"errors"
	"io/fs"
	"slices"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// copy copies what the name is of, now.
func (w *worker) copy(args ...string) error { return w.copyName(args[0]) }

// link makes a name a hard link to the first name of its file. Where that can't be,
// it is copied like any other.
func (w *worker) link(args ...string) error {
	w.listen()
	first, name := args[0], args[1]
	result, err := w.copier.Link(first, name, w.Options)
	if errors.Is(err, filecopy.ErrCannotLink) || errors.Is(err, filecopy.ErrNoFirst) {
		return w.copyName(name, result.Lost...)
	}
	result.Method = "hard link"
	return w.done(event.Event{Kind: event.Linked, File: name}, result, err)
}

// copyName copies what the name is of; lost is what it has lost already.
func (w *worker) copyName(name string, lost ...string) error {
	info, err := w.copier.Lstat(name)
	if err != nil {
		return filecopy.NewError("stat", err)
	}
	if !info.Mode().IsRegular() || w.Options.Archive {
		w.listen() // what is half done is not to be left
	}
	var result filecopy.Result
	e := event.Event{File: name}
	switch mode := info.Mode(); {
	case mode.IsDir():
		e.Kind = event.Made
		result, err = w.copier.Folder(name, w.Options)
	case mode.Type() == fs.ModeSymlink:
		e.Kind = event.Linked
		result, err = w.copier.Symlink(name, w.Options)
	case w.Options.Archive && !mode.IsRegular():
		e.Kind = event.Made
		result, err = w.copier.Node(name, w.Options)
	default:
		e.Kind = event.Copied
		result, err = w.copier.File(w.ctx, name, info, w.watched(name, info.Size()))
	}
	result.Lost = append(lost, result.Lost...)
	return w.done(e, result, err)
}

// done tells what became of a name, unless it is an error.
func (w *worker) done(e event.Event, result filecopy.Result, err error) error {
	if err != nil {
		return err
	}
	e.Bytes, e.Lost, e.Digest = result.Bytes, result.Lost, result.Digest
	if e.Digest != "" {
		e.Hash = string(w.Options.Hash)
	}
	e.Method, e.Resumed, e.Retries = string(result.Method), result.Resumed, result.Retries
	switch {
	case slices.Contains(e.Lost, filecopy.LostDevice), slices.Contains(e.Lost, filecopy.LostFIFO):
		e.Kind, e.Reason = event.Skipped, "cannot be made here"
	case result.Skipped && e.Digest != "":
		e.Kind = event.Verified
	case result.Skipped:
		e.Kind, e.Method, e.Reason = event.Skipped, "", event.ReasonDone
		if w.Options.Overwrite == filecopy.Never {
			e.Reason = event.ReasonExists
		}
		if result.Repaired {
			e.Reason = event.ReasonRepaired
		}
	}
	w.settle(e)
	return nil
}
