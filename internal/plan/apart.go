package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// checkApart: dest is neither source nor below it.
func checkApart(source, dest string, info fs.FileInfo) error {
	if here, err := os.Stat(dest); err == nil && os.SameFile(info, here) {
		return fmt.Errorf("source %q and dest %q: are the same folder", source, dest)
	}
	inside, err := below(source, info, dest)
	if err != nil {
		return problem("dest", dest, err)
	}
	if inside {
		return fmt.Errorf("dest %q: is inside source %q", dest, source)
	}
	return nil
}

// below tells whether name is, or would be, the folder or in it, also by way of links and mounts.
func below(folder string, seen fs.FileInfo, name string) (bool, error) {
	above, info, err := resolved(name)
	if err != nil {
		return false, err
	}
	inside, err := climbs(above, seen)
	if inside || err != nil {
		return inside, err
	}
	if folder, _, err = resolved(folder); err != nil {
		return false, err
	}
	return slices.ContainsFunc(mountedNames(above, folder), func(other string) bool {
		there, err := os.Stat(other)
		return err == nil && os.SameFile(info, there) // else something is mounted over that
	}), nil
}

// resolved is the absolute name, without links, of name or, where it is missing, of the
// nearest folder above it.
func resolved(name string) (above string, info fs.FileInfo, err error) {
	above, info, err = existing(name)
	if err == nil {
		above, err = filepath.EvalSymlinks(above) // what is above a link is not what is above its target
	}
	if err == nil {
		above, err = filepath.Abs(above)
	}
	return above, info, err
}

// climbs tells whether the folder is name, which is resolved, or above it.
func climbs(name string, folder fs.FileInfo) (bool, error) {
	for {
		info, err := os.Stat(name)
		if err != nil || os.SameFile(folder, info) {
			return err == nil, err
		}
		parent := filepath.Dir(name)
		if parent == name {
			return false, nil
		}
		name = parent
	}
}

// Holds tells whether name is what the tree is to be copied from, or in it: to
// write there would spoil it. An error says that there was no answer for so long as stall.
func (t Tree) Holds(name string, stall time.Duration) (bool, error) {
	return inTime(stall, func(p *pulse) (bool, error) {
		source := filepath.Join(t.Source, t.File)
		p.askFor("source", source)
		info, err := os.Stat(source)
		if err != nil {
			return false, nil
		}
		p.askFor("file", name)
		inside, err := below(source, info, name)
		return err == nil && inside, nil
	})
}

// apart keeps source and destination apart during the walk. Check has looked before, but
// mounts may change, and without /proc it does not see them.
type apart struct {
	Tree
	pulse *pulse

	dest    fs.FileInfo   // the destination, or the nearest folder above it that was there
	sources []fs.FileInfo // the source, and folders in it that are mounted below the destination
}

func keepApart(p *pulse, t Tree) (a apart, err error) {
	if t.Dest == "" {
		return a, nil
	}
	p.askFor("source", t.Source)
	defer p.answered()
	source, top, err := resolved(t.Source)
	if err != nil {
		return a, problem("source", t.Source, err)
	}
	p.askFor("dest", t.Dest)
	dest, info, err := resolved(t.Dest)
	if err != nil {
		return a, problem("dest", t.Dest, err)
	}
	a = apart{Tree: t, pulse: p, dest: info, sources: []fs.FileInfo{top}}
	for _, point := range mountsOf(source, dest) {
		if info, err := os.Stat(point); err == nil {
			a.sources = append(a.sources, info)
		}
	}
	return a, nil
}

var (
	errIntoItself = errors.New("holds the destination, and cannot be copied into itself")
	errOntoSource = errors.New("the destination has a folder of the source under this name, which would be written over while it is read")
)

// folder returns an error if a folder of the source holds the destination, or if its copy
// would be written into the source. there is nil when the destination has no such name.
func (a apart) folder(name string, info, there fs.FileInfo) error {
	ours := func(source fs.FileInfo) bool { return os.SameFile(there, source) }
	switch {
	case os.SameFile(info, a.dest):
		return errIntoItself
	case there == nil:
		return nil
	case ours(info), slices.ContainsFunc(a.sources, ours), there.Mode()&fs.ModeSymlink != 0 && a.leadsIntoSource(name):
		return errOntoSource
	}
	return nil
}

// leadsIntoSource tells whether a link at the destination does.
func (a apart) leadsIntoSource(name string) bool {
	name = filepath.Join(a.Dest, name)
	a.pulse.askFor("dest", name)
	defer a.pulse.answered()
	inside, err := below(a.Source, a.sources[0], name)
	return inside && err == nil
}
