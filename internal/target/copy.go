package target

import (
	"io/fs"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// copy copies what the name is of, now.
func (w *worker) copy(args ...string) error {
	name := args[0]
	info, err := w.source.Lstat(name)
	if err != nil {
		return filecopy.NewError("stat", err)
	}
	var result filecopy.Result
	e := event.Event{File: name}
	switch info.Mode().Type() {
	case fs.ModeDir:
		e.Kind = event.Made
		result, err = filecopy.Folder(w.source, w.dest, name, w.Options)
	case fs.ModeSymlink:
		e.Kind = event.Linked
		result, err = filecopy.Symlink(w.source, w.dest, name, w.Options)
	default:
		e.Kind = event.Copied
		result, err = filecopy.File(w.ctx, w.source, w.dest, name, w.watched(name, info.Size()))
	}
	return w.done(e, result, err)
}

// done tells what became of a name, unless it is an error.
func (w *worker) done(e event.Event, result filecopy.Result, err error) error {
	if err != nil {
		return err
	}
	if result.Digest != "" {
		e.Hash, e.Digest = string(w.Options.Hash), result.Digest
	}
	e.Bytes, e.Lost = result.Bytes, result.Lost
	switch {
	case result.Skipped && result.Digest != "":
		e.Kind = event.Verified
	case result.Skipped:
		e = event.Event{Kind: event.Skipped, File: e.File, Reason: event.ReasonDone}
		if w.Options.Overwrite == filecopy.Never {
			e.Reason = event.ReasonExists
		}
	default:
		e.Method, e.Resumed, e.Retries = string(result.Method), result.Resumed, result.Retries
	}
	w.tell(e)
	return nil
}
