package plan

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// StartCompare begins to walk source and destination. Files with the same name and size
// become batches, so that children compare their contents. They are shaped as by Start; there
// are no batches of folders and links.
//
// Other differences are events. A name that differs is Differs; a folder on one side only is
// one such event for everything in it. A name that cannot be read is Failed. Modes, times and
// owners are not compared. No copy has sockets, so a missing socket is Skipped. Include and
// Exclude apply to both sides.
func StartCompare(ctx context.Context, t Tree, opts Options, emit event.Sink) (*Plan, error) {
	w, err := walkInTime(ctx, t, opts, emit)
	if err != nil {
		return nil, err
	}
	if w.dest == nil {
		w.close()
		return nil, problem("dest", t.Dest, fs.ErrNotExist)
	}
	return start(w, w.compare), nil
}

func (w *walk) compare() {
	if w.opts.Listing != nil {
		w.listed(true)
		return
	}
	w.eachRoot(func(r Root) {
		if r.Names == nil {
			w.compareFolder(".")
		}
		for _, name := range r.Names {
			if w.ctx.Err() == nil && !w.filter.excludes(name) {
				info, err := w.source.lstat(name)
				w.entry(dirent{name, info, err}, w.compareName)
			}
		}
	})
}

// compareFolder reads the names of the source, then those of the destination. So it need not
// remember one side while it reads the other, however large the folder is.
func (w *walk) compareFolder(name string) {
	err := w.each(w.source, name, w.wanted, func(e dirent) { w.entry(e, w.compareName) })
	if err != nil {
		w.failed(name, "read folder", err)
		return // extra names cannot be told either
	}
	if !w.sourceOnly {
		w.extras(name)
	}
}

// compareName compares a name of the source with the same name in the destination.
func (w *walk) compareName(name string, info fs.FileInfo) {
	mode := info.Mode()
	there, err := w.dest.lstat(name)
	switch {
	case absent(err), err == nil && !w.dest.exact(name):
		w.missing(name, mode)
	case err != nil:
		w.failed(name, "stat at the destination", err)
	case mode.Type() != there.Mode().Type(), mode&fs.ModeDevice != 0 && !sameDevice(info, there):
		w.differs(name, event.ReasonKind)
	case mode.IsDir():
		w.compareFolder(name)
	case mode.Type() == fs.ModeSymlink:
		w.compareTargets(name)
	case mode.IsRegular() && info.Size() != there.Size():
		w.differs(name, event.ReasonSize)
	case mode.IsRegular():
		w.pass(entry{kind: file, name: name, info: info, folder: w.compared})
	}
}

func (w *walk) compareTargets(name string) {
	target, err := w.source.readlink(name)
	if err != nil {
		w.failed(name, "read link", err)
		return
	}
	there, err := w.dest.readlink(name)
	switch {
	case err != nil:
		w.failed(name, "read link at the destination", err)
	case target != there:
		w.differs(name, event.ReasonTarget)
	}
}

func (w *walk) missing(name string, mode fs.FileMode) {
	switch {
	case mode.Type() == fs.ModeSocket:
		w.skipped(name, special(mode))
	case mode.IsDir() && len(w.opts.Include) > 0:
		w.compareFolder(name) // it may hold no included file
	default:
		w.differs(name, event.ReasonMissing)
	}
}

// extras finds the names in the folder that only the destination has.
func (w *walk) extras(folder string) {
	err := w.each(w.dest, folder, func(name string) bool { return !w.filter.excludes(name) }, w.extra)
	if err != nil && !absent(err) {
		w.failed(folder, "read folder at the destination", err)
	}
}

func (w *walk) extra(e dirent) {
	if e.err != nil {
		w.failed(e.name, "stat at the destination", e.err)
		return
	}
	if !e.info.IsDir() && !w.filter.includes(e.name) {
		return
	}
	info, err := w.source.lstat(e.name)
	switch gone := absent(err) || filecopy.IsTemporary(e.info.Name()); {
	case err != nil && !gone:
		w.failed(e.name, "stat", err)
	case e.info.IsDir() && len(w.opts.Include) > 0 && (gone || !info.IsDir()):
		w.extras(e.name) // it may hold no included file
	case gone:
		w.differs(e.name, event.ReasonExtra)
	}
}

// absent reports whether err means that the name does not exist.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func (w *walk) differs(name, reason string) {
	w.say(event.Event{Kind: event.Differs, File: name, Reason: reason})
}

// CheckCompare returns an error if the sources cannot be compared with dest. All must exist and
// be readable. One source is a folder or a file; the destination is a folder, and neither a
// source nor inside one. Several sources are as for Check, and so is stall.
func CheckCompare(sources []string, dest string, stall time.Duration) (Tree, error) {
	return inTime(stall, func(p *pulse) (Tree, error) {
		if len(sources) == 1 {
			return checkCompare(p, sources[0], dest)
		}
		return several{}.check(p, sources, dest, func() error { return checkThere(dest) })
	})
}

func checkCompare(p *pulse, source, dest string) (Tree, error) {
	t, info, err := checkBoth(p, source, dest)
	if err != nil {
		return Tree{}, err
	}
	if err := checkThere(dest); err != nil {
		return Tree{}, err
	}
	if t.Names != nil {
		err = t.checkOther(source, info, "are the same file")
	} else if err = readable(dest, true); err != nil {
		err = problem("dest", dest, err)
	} else {
		err = checkApart(source, dest, info)
	}
	if err != nil {
		return Tree{}, err
	}
	return t.openFolders(p)
}

// checkThere accepts a folder that exists.
func checkThere(dest string) error {
	there, err := os.Stat(dest)
	switch {
	case err != nil:
		return problem("dest", dest, err)
	case !there.IsDir():
		return notFolder(dest)
	}
	return nil
}
