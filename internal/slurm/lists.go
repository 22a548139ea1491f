package slurm

import (
	"errors"
	"io/fs"
	"os"

	"brood/internal/event"
	"brood/internal/plan"
)

// writeList writes the list of batch n.
func (f *Folder) writeList(n int, batch plan.Batch) error {
	if err := f.makeParts(n); err != nil {
		return err
	}
	file, err := os.OpenFile(f.list(n), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if f.Job.Commands != nil {
		return errors.Join(addCommands(file, batch), file.Close())
	}
	list := plan.NewList(file)
	return errors.Join(list.Add(batch), list.Close(), file.Close())
}

// readList calls take for each item in the list of batch n, with an event that identifies it. folders tells whether it
// is a list of folders and links. If the list is incomplete, the error is plan.ErrNoList or ErrNoCommands.
func (f *Folder) readList(n int, take func(event.Event)) (folders bool, err error) {
	file, err := os.Open(f.list(n))
	if err != nil {
		return false, err
	}
	defer file.Close()
	if f.Job.Commands != nil {
		return false, ReadCommands(file, func(c plan.Batch) error {
			take(event.Event{File: c.Items[0], Seq: c.Seq})
			return nil
		})
	}
	list, err := plan.OpenList(file, plan.Options{}, func(_ int, name string, _ int64) {
		take(event.Event{File: name})
	})
	if err != nil {
		return false, err
	}
	return list.Folders(), nil
}

// eachItem returns a function that calls its argument for each item of batch n.
func (f *Folder) eachItem(n int) func(take func(event.Event)) error {
	return func(take func(event.Event)) error {
		_, err := f.readList(n, take)
		return err
	}
}

// firstOf returns the first name in the list of batch n.
func (f *Folder) firstOf(n int) (first string, err error) {
	names := 0
	_, err = f.readList(n, func(e event.Event) {
		if names++; names == 1 {
			first = e.File
		}
	})
	return first, err
}

// makeParts makes the folders for the list and the records of batch n, if n is the first batch in them.
func (f *Folder) makeParts(n int) error {
	if n%perFolder > 0 {
		return nil
	}
	for _, name := range []string{"lists", "events"} {
		if err := os.Mkdir(f.in(name, part(n)), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// lastList writes the list of folders and links while the source is walked.
type lastList struct {
	folder *Folder
	file   *os.File // nil before the first folder or link
	list   *plan.List
	names  int
}

// add adds a batch of folders and links. The first one creates the list.
func (l *lastList) add(batch plan.Batch) (err error) {
	if l.file == nil {
		l.file, err = os.OpenFile(l.folder.in("lists", "last"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return err
		}
		l.list = plan.NewList(l.file)
	}
	l.names += len(batch.Items)
	return l.list.Add(batch)
}

// end closes the list and makes it the list of batch n. ok is false if there are no folders or links.
func (l *lastList) end(n int) (ok bool, err error) {
	if l.file == nil {
		return false, nil
	}
	if err := errors.Join(l.list.Close(), l.file.Close(), l.folder.makeParts(n)); err != nil {
		return false, err
	}
	return true, os.Rename(l.folder.in("lists", "last"), l.folder.list(n))
}
