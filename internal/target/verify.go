package target

import (
	"brood/internal/event"
	"brood/internal/filecopy"
)

// verify compares the contents of a file on both sides.
func (w *worker) verify(args ...string) error {
	name := args[0]
	info, err := w.copier.Lstat(name)
	if err != nil {
		return filecopy.NewError("stat", err)
	}
	sum, err := w.copier.Compare(w.ctx, name, w.watched(name, info.Size()))
	if err != nil {
		return err
	}
	e := event.Event{Kind: event.Verified, File: name, Bytes: info.Size(), Hash: string(w.Options.Hash), Digest: sum}
	if sum == "" {
		e = event.Event{Kind: event.Differs, File: name, Reason: event.ReasonContents}
	}
	w.settle(e)
	return nil
}
