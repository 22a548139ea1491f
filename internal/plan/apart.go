package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// mount is a mounted file system, or a part of one.
type mount struct {
	device string
	root   string // the mounted folder of the device
	point  string // where it is mounted
}

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
	return resolvedFrom(os.Getwd, name)
}

// resolvedFrom is resolved with that way to learn the working folder, which takes two system calls at least.
func resolvedFrom(here func() (string, error), name string) (above string, info fs.FileInfo, err error) {
	above, info, err = existing(name)
	if err == nil {
		above, err = filepath.EvalSymlinks(above) // a link and its target have different parents
	}
	if err != nil || filepath.IsAbs(above) {
		return above, info, err
	}
	if filepath.Separator != '/' { // Windows has relative names of other kinds
		above, err = filepath.Abs(above)
		return above, info, err
	}
	dir, err := here()
	return filepath.Join(dir, above), info, err
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

// Holds reports whether name is a source or in one, so that writing there would change what
// is copied. The error is that there was no answer for stall.
func (t Tree) Holds(name string, stall time.Duration) (bool, error) {
	return inTime(stall, func(p *pulse) (bool, error) { return t.holds(p, "file", name), nil })
}

// holds is Holds for a name that the pulse calls what.
func (t Tree) holds(p *pulse, what, name string) bool {
	for n := range t.roots() {
		if t.Root(n).holds(p, what, name) {
			return true
		}
	}
	return false
}

// holds looks at the single sources only where name is below the root: they may be thousands.
func (r Root) holds(p *pulse, what, name string) bool {
	is := func(source string, stat func(string) (fs.FileInfo, error)) bool {
		p.askFor("source", source)
		defer p.answered()
		info, err := stat(source)
		if err != nil {
			return false
		}
		p.askFor(what, name)
		inside, err := below(source, info, name)
		return err == nil && inside
	}
	isName := func(base string) bool { return is(filepath.Join(r.Path, base), os.Lstat) }
	return is(r.Path, os.Stat) && (r.Names == nil || slices.ContainsFunc(r.Names, isName))
}

// apart keeps source and destination apart during the walk. Check does so before, but mounts
// may change after it, and without /proc it cannot see them.
type apart struct {
	Tree
	pulse *pulse

	where   string        // the path of the destination, or of the nearest existing folder above it
	dest    fs.FileInfo   // that folder; nil if there is no destination
	sources []fs.FileInfo // the sources, and folders in them that are mounted below the destination
}

// keepApart looks once for a tree with open folders: Measure asks first, and then the walk of the run.
func keepApart(p *pulse, t Tree) (a apart, err error) {
	if t.Dest == "" {
		return a, nil
	}
	if t.Folders == nil {
		return lookApart(p, t)
	}
	known := t.Folders.apart.Load()
	if known == nil {
		if a, err = lookApart(p, t); err != nil {
			return a, err
		}
		t.Folders.apart.Store(&a)
		known = &a
	}
	a = *known
	a.Tree, a.pulse = t, p
	return a, nil
}

func lookApart(p *pulse, t Tree) (a apart, err error) {
	p.askFor("dest", t.Dest)
	defer p.answered()
	here := sync.OnceValues(os.Getwd)
	dest, info, err := resolvedFrom(here, t.Dest)
	if err != nil {
		return a, problem("dest", t.Dest, err)
	}
	a = apart{Tree: t, pulse: p, where: dest, dest: info}
	mounted := mounts()
	for n := range t.roots() {
		if err := a.add(t.Root(n), here, mounted); err != nil {
			return a, err
		}
	}
	return a, nil
}

// add notes what the destination may hold of a root.
func (a *apart) add(r Root, here func() (string, error), mounted []mount) error {
	a.pulse.askFor("source", r.Path)
	path, top, err := resolvedFrom(here, r.Path)
	if err != nil {
		return problem("source", r.Path, err)
	}
	_, among := relative(a.where, path)
	if r.Names == nil || among {
		a.sources = append(a.sources, top)
	}
	if among { // elsewhere no folder of the destination is one of them
		for _, base := range r.Names {
			if info, err := os.Lstat(filepath.Join(path, base)); err == nil && info.IsDir() {
				a.sources = append(a.sources, info)
			}
		}
	}
	for _, point := range mountsOf(mounted, path, a.where) {
		info, err := os.Stat(point)
		if err == nil && (r.Names == nil || r.holds(a.pulse, "dest", point)) {
			a.sources = append(a.sources, info)
		}
	}
	return nil
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

// leadsIntoSource reports whether a link in the destination leads into a source.
func (a apart) leadsIntoSource(name string) bool {
	return a.holds(a.pulse, "dest", filepath.Join(a.Dest, name))
}

// relative returns the part of a clean path below a folder, if it is below.
func relative(folder, path string) (string, bool) {
	if folder == path {
		return "", true
	}
	return strings.CutPrefix(path, strings.TrimSuffix(folder, "/")+"/")
}
