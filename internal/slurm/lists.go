package slurm

import (
	"errors"
	"io/fs"
	"os"

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
	list := plan.NewList(file)
	return errors.Join(list.Add(batch), list.Close(), file.Close())
}

// firstOf returns the first name in the list of batch n.
func (f *Folder) firstOf(n int) (string, error) {
	file, err := os.Open(f.list(n))
	if err != nil {
		return "", err
	}
	defer file.Close()
	list, err := plan.OpenList(file, plan.Options{}, nil)
	if err != nil {
		return "", err
	}
	return list.First, nil
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
