package plan

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// entry is what the walk has found, in its order; folders are entered and left.
type entry struct {
	kind   kind
	name   string
	size   int64
	folder *folder // in which it is; of entered and left: itself
}

type kind int

const (
	entered kind = iota
	left
	file
	link
)

// batch is how many names of a folder are read, sorted and passed on at once.
const batch = 4096

// walk goes through the source depth first.
type walk struct {
	ctx    context.Context
	tree   Tree
	source *os.Root
	dest   *os.Root // nil when there is none yet
	opts   Options
	filter filter
	emit   event.Sink
	found  chan entry
}

func newWalk(ctx context.Context, t Tree, opts Options, emit event.Sink) (*walk, error) {
	source, err := os.OpenRoot(t.Source)
	if err != nil {
		return nil, problem("source", t.Source, err)
	}
	dest, err := openDest(t.Dest)
	if err != nil {
		source.Close()
		return nil, problem("dest", t.Dest, err)
	}
	return &walk{ctx, t, source, dest, opts, filter{opts.Include, opts.Exclude}, emit, make(chan entry, foundAhead)}, nil
}

func (w *walk) run() {
	defer close(w.found)
	defer w.source.Close()
	if w.dest != nil {
		defer w.dest.Close()
	}
	if w.tree.File == "" {
		w.folder(&folder{name: ".", fresh: w.dest == nil})
		return
	}
	if w.filter.excludes(w.tree.File) || !w.filter.includes(w.tree.File) {
		return
	}
	info, err := w.source.Lstat(w.tree.File)
	if err != nil {
		w.failed(w.tree.File, "stat", err)
		return
	}
	w.file(w.tree.File, info, &folder{name: ".", fresh: w.dest == nil})
}

// folder walks one folder; one that cannot be read is a failure, and made all the same.
func (w *walk) folder(f *folder) {
	if !w.pass(entry{kind: entered, folder: f}) {
		return
	}
	if err := w.entries(f); err != nil {
		w.failed(f.name, "read folder", err)
	}
	w.pass(entry{kind: left, folder: f})
}

func (w *walk) entries(f *folder) error {
	dir, err := w.source.Open(f.name)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(batch)
		if len(entries) < batch {
			dir.Close() // a deep tree must not hold a descriptor for each level
		}
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		for _, e := range entries {
			if w.ctx.Err() != nil {
				return nil
			}
			w.entry(f, e)
		}
		if err == io.EOF || err == nil && len(entries) < batch {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (w *walk) entry(f *folder, e fs.DirEntry) {
	name := path.Join(f.name, e.Name())
	switch {
	case filecopy.IsTemporary(e.Name()):
		w.skipped(name, "leftover of an interrupted copy")
		return
	case w.filter.excludes(name), !e.IsDir() && !w.filter.includes(name):
		return
	}
	info, err := e.Info()
	if err != nil {
		w.failed(name, "stat", err)
		return
	}
	switch info.Mode().Type() {
	case 0:
		w.file(name, info, f)
	case fs.ModeDir:
		w.folder(w.enter(name, f))
	case fs.ModeSymlink:
		w.pass(entry{kind: link, name: name, folder: f})
	default:
		w.skipped(name, special(info.Mode()))
	}
}

func (w *walk) enter(name string, in *folder) *folder {
	f := &folder{name: name, in: in, fresh: in.fresh}
	if !f.fresh {
		_, err := w.dest.Lstat(name)
		f.fresh = errors.Is(err, fs.ErrNotExist)
	}
	return f
}

func (w *walk) file(name string, info fs.FileInfo, in *folder) {
	if reason := w.settled(name, info, in); reason != "" {
		w.skipped(name, reason)
		return
	}
	w.pass(entry{kind: file, name: name, size: info.Size(), folder: in})
}

// settled says why there is nothing to do for a file; "" when there is. (The child
// looks again: much may happen in between.)
func (w *walk) settled(name string, info fs.FileInfo, in *folder) string {
	if in.fresh || w.opts.Overwrite == filecopy.Always {
		return ""
	}
	there, err := w.dest.Lstat(name)
	switch {
	case err != nil:
		return ""
	case w.opts.Overwrite == filecopy.Never:
		return event.ReasonExists
	case filecopy.Same(info, there):
		return event.ReasonDone
	}
	return ""
}

func (w *walk) pass(e entry) bool {
	select {
	case w.found <- e:
		return true
	case <-w.ctx.Done():
		return false
	}
}

func (w *walk) skipped(name, reason string) {
	w.emit(event.Event{Kind: event.Skipped, File: name, Reason: reason})
}

func (w *walk) failed(name, op string, err error) {
	w.emit(event.Event{Kind: event.Failed, File: name, Error: filecopy.NewError(op, err).Error()})
}

func special(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	default:
		return "neither file, folder nor link"
	}
}
