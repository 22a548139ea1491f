package slurm

import (
	"errors"
	"io/fs"
	"os"

	"brood/internal/plan"
)

// writeList writes the list of a batch.
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

// firstOf is the first name of a batch's list.
func (f *Folder) firstOf(batch int) (string, error) {
	file, err := os.Open(f.list(batch))
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

// makeParts makes the folders that a batch's list and records are in.
func (f *Folder) makeParts(batch int) error {
	if batch%perFolder > 0 {
		return nil
	}
	for _, name := range []string{"lists", "events"} {
		if err := os.Mkdir(f.in(name, part(batch)), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// lastList is that of the folders and links, which is written as long as the source is walked.
type lastList struct {
	folder *Folder
	file   *os.File // nil when there is none yet
	list   *plan.List
	names  int
}

func (l *lastList) add(batch plan.Batch) (err error) {
	if l.file == nil {
		if l.file, err = os.OpenFile(l.folder.in("lists", "last"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644); err != nil {
			return err
		}
		l.list = plan.NewList(l.file)
	}
	l.names += len(batch.Items)
	return l.list.Add(batch)
}

// end makes it the list of that batch; ok is false when there is none.
func (l *lastList) end(batch int) (ok bool, err error) {
	if l.file == nil {
		return false, nil
	}
	if err := errors.Join(l.list.Close(), l.file.Close(), l.folder.makeParts(batch)); err != nil {
		return false, err
	}
	return true, os.Rename(l.folder.in("lists", "last"), l.folder.list(batch))
}
