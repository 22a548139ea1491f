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

// checkApart returns an error if dest is the source, whose info is given, or inside it.
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

// below reports whether name is the folder or in it, or would be; links and mounts count.
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
		return err == nil && os.SameFile(info, there) // if not, something else is mounted over it
	}), nil
}

// resolved returns the absolute path without links of name, or of the nearest existing folder
// above it.
func resolved(name string) (above string, info fs.FileInfo, err error) {
	above, info, err = existing(name)
	if err == nil {
		above, err = filepath.EvalSymlinks(above) // a link and its target have different parents
	}
	if err == nil {
		above, err = filepath.Abs(above)
	}
	return above, info, err
}

// climbs reports whether the folder is name, a resolved path, or above it.
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

// Holds reports whether name is the source or in it, so that writing there would change what
// is copied. The error is that there was no answer for stall.
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

// apart keeps source and destination apart during the walk. Check does so before, but mounts
// may change after it, and without /proc it cannot see them.
type apart struct {
	Tree
	pulse *pulse

	dest    fs.FileInfo   // the destination, or the nearest existing folder above it; nil if there is none
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
	errOntoSource = errors.New("the destination has a folder of the source under this name, " +
		"which would be written over while it is read")
)

// folder returns an error if a folder of the source holds the destination, or if its copy
// would be written into the source. there is nil if the destination has no such name.
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

// leadsIntoSource reports whether a link in the destination leads into the source.
func (a apart) leadsIntoSource(name string) bool {
	name = filepath.Join(a.Dest, name)
	a.pulse.askFor("dest", name)
	defer a.pulse.answered()
	inside, err := below(a.Source, a.sources[0], name)
	return inside && err == nil
}
