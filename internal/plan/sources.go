package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// several checks several sources. With only, it leaves out a source without a chosen item.
type several struct {
	only *Only
	gone bool // a source may be gone
}

// Named returns the tree of sources that keep their names. They were checked before, and need
// not exist any more.
func Named(sources []string, dest string) (Tree, error) {
	t, err := several{gone: true}.tree(&pulse{}, sources)
	t.Dest = dest
	return t, err
}

// check is Check: each source must exist, under a name of its own. checkDest checks the
// destination itself.
func (s several) check(p *pulse, sources []string, dest string, checkDest func() error) (Tree, error) {
	if dest == "" || slices.Contains(sources, "") {
		return Tree{}, errNoName
	}
	t, err := s.tree(p, sources)
	if err != nil {
		return Tree{}, err
	}
	t.Dest = dest
	p.askFor("dest", dest)
	if err := checkDest(); err != nil {
		return Tree{}, err
	}
	for n := range t.roots() {
		if err := t.Root(n).checkApart(p, dest); err != nil {
			return Tree{}, err
		}
	}
	return t.openFolders(p)
}

// tree sorts sources by the folders that hold them. The names in a folder keep their order.
func (s several) tree(p *pulse, sources []string) (t Tree, err error) {
	var roots []Root
	number := map[string]int{} // of a root
	by := map[string]string{}  // the source with a name
	for _, source := range sources {
		p.askFor("source", source)
		parent, base, err := split(source)
		if err == nil && s.only != nil && !s.only.Empty() && s.only.top().at(base) == nil {
			continue
		}
		if err == nil && !s.gone {
			_, err = os.Lstat(filepath.Join(parent, base))
		}
		if err != nil {
			return t, problem("source", source, err)
		}
		if other, ok := by[base]; ok {
			return t, fmt.Errorf("sources %q and %q: both would be %q in DEST", other, source, base)
		}
		by[base] = source
		n, ok := number[parent]
		if !ok {
			n = len(roots)
			number[parent] = n
			roots = append(roots, Root{Path: parent})
		}
		roots[n].Names = append(roots[n].Names, base)
	}
	if len(roots) == 0 {
		return t, errors.New("no source has a file that failed in that run")
	}
	return Tree{Source: roots[0].Path, Names: roots[0].Names, More: roots[1:]}, nil
}

var errNoBase = errors.New("has no name that it could keep in DEST; copy it alone")

// split returns the folder that holds a source, and its name there. The name of "." or ".." is
// that of the folder itself. A slash at the end changes nothing, but only a folder may have one.
func split(source string) (parent, base string, err error) {
	name := strings.TrimRightFunc(source, separates)
	switch parent, base = splitLast(name); base {
	case "":
		return "", "", errNoBase
	case ".", "..":
		path, err := filepath.EvalSymlinks(source)
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err == nil && path == filepath.Dir(path) {
			err = errNoBase
		}
		return filepath.Dir(path), filepath.Base(path), err
	}
	if name != source {
		switch info, err := os.Lstat(name); {
		case err != nil:
			return "", "", err
		case info.Mode()&fs.ModeSymlink != 0:
			return "", "", fmt.Errorf("is a link: name the folder itself, or leave out the slash to copy the link")
		case !info.IsDir():
			return "", "", syscall.ENOTDIR
		}
	}
	return parent, base, nil
}

// splitLast cuts off the last part of a name. It does not clean the rest: see existing.
func splitLast(name string) (parent, base string) {
	cut := strings.LastIndexFunc(name, separates) + 1
	if volume := len(filepath.VolumeName(name)); cut < volume {
		cut = volume
	}
	parent, base = name[:cut], name[cut:]
	switch shorter := strings.TrimRightFunc(parent, separates); {
	case shorter != filepath.VolumeName(parent):
		return shorter, base
	case parent == "":
		return ".", base
	}
	return parent, base
}

// checkApart returns an error if dest is one of the root's sources or inside one, or if the
// copies would be the sources themselves.
func (r Root) checkApart(p *pulse, dest string) error {
	p.askFor("source", r.Path)
	defer p.answered()
	root, err := os.Stat(r.Path)
	if err != nil {
		return problem("source", r.Path, err)
	}
	if there, err := os.Stat(dest); err == nil && os.SameFile(root, there) {
		source := filepath.Join(r.Path, r.Names[0])
		return fmt.Errorf("source %q and dest %q: the copy would be the source itself", source, dest)
	}
	if inside, err := below(r.Path, root, dest); err != nil {
		return problem("dest", dest, err)
	} else if !inside {
		return nil
	}
	for _, base := range r.Names {
		source := filepath.Join(r.Path, base)
		info, err := os.Lstat(source)
		if err != nil || !info.IsDir() {
			continue
		}
		if err := checkApart(source, dest, info); err != nil {
			return err
		}
	}
	return nil
}
