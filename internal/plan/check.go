package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"brood/internal/filecopy"
)

// Check returns an error if the sources cannot be copied to dest. It changes nothing.
//
// One source must be a folder or a regular file that can be read. The destination must be a
// folder, or a missing name in a folder that can be written. For a file a missing name must end
// in a slash: else it may be meant as the name of the copy, and the error is a *WantsFolder. The
// destination must not be the source or inside it, also by way of links and mounts. If one of
// them does not answer for stall (0: no limit), that is the error. The caller closes the tree's
// folders.
//
// Of several sources each keeps the last part of its name below dest, so these must differ. They
// may be folders, files, links and so on, as in a folder, and must exist. A file that cannot be
// read is found out later, when it is copied.
func Check(sources []string, dest string, stall time.Duration) (Tree, error) {
	return CheckAgain(nil, sources, dest, stall)
}

// CheckAgain is Check before items are copied that another run failed to copy. Of several
// sources it ignores those without such an item. One that is gone is a failed item, not an error.
func CheckAgain(only *Only, sources []string, dest string, stall time.Duration) (Tree, error) {
	return inTime(stall, func(p *pulse) (Tree, error) {
		if len(sources) == 1 {
			return check(p, sources[0], dest)
		}
		return several{only, only != nil}.check(p, sources, dest, func() error {
			_, err := checkDest(dest)
			return err
		})
	})
}

// CheckSource checks a source that has no destination: a folder or a regular file that can be
// read. The plan of such a tree has a batch for each regular file that the filters choose.
// The caller closes the tree's folders.
func CheckSource(source string, stall time.Duration) (Tree, error) {
	return inTime(stall, func(p *pulse) (Tree, error) {
		t, _, err := checkSource(p, source)
		if err != nil {
			return Tree{}, err
		}
		return t.openFolders(p)
	})
}

func check(p *pulse, source, dest string) (Tree, error) {
	t, info, err := checkBoth(p, source, dest)
	if err != nil {
		return Tree{}, err
	}
	there, err := checkDest(dest)
	if err != nil {
		return Tree{}, err
	}
	if t.Names != nil && !there && !endsInSlash(dest) {
		return Tree{}, &WantsFolder{dest}
	}
	if t.Names != nil {
		if there { // else no name in it leads to the file
			err = t.checkOther(source, info, "the copy would be the file itself")
		}
	} else {
		err = checkApart(source, dest, info)
	}
	if err != nil {
		return Tree{}, err
	}
	return t.openFolders(p)
}

// WantsFolder is the error of a single file whose destination does not exist, and whose name
// does not say that it is a folder.
type WantsFolder struct{ Dest string }

func (w *WantsFolder) Error() string {
	return fmt.Sprintf("dest %q: does not exist, and brood copies a single file into a folder", w.Dest)
}

func endsInSlash(name string) bool { return strings.TrimRightFunc(name, separates) != name }

var errNoName = errors.New("the empty string names no file")

// checkBoth checks the source, and that dest is a name. From then on p waits for dest.
func checkBoth(p *pulse, source, dest string) (t Tree, info fs.FileInfo, err error) {
	if dest == "" {
		return t, nil, errNoName
	}
	if t, info, err = checkSource(p, source); err != nil {
		return t, nil, err
	}
	t.Dest = dest
	p.askFor("dest", dest)
	return t, info, nil
}

// checkSource accepts a folder or a regular file that can be read.
func checkSource(p *pulse, source string) (t Tree, info fs.FileInfo, err error) {
	if source == "" {
		return t, nil, errNoName
	}
	p.askFor("source", source)
	info, err = os.Lstat(source)
	mayLead := err == nil && !info.Mode().IsRegular() && !info.IsDir() // to another file
	if mayLead {
		info, err = os.Stat(source)
	}
	if err != nil {
		return t, nil, problem("source", source, err)
	}
	if mayLead && !info.IsDir() {
		if target, err := os.Readlink(source); err == nil {
			return t, nil, fmt.Errorf("source %q: is a link: name the file itself, %q", source, target)
		}
	}
	t = Tree{Source: source}
	switch {
	case info.Mode().IsRegular():
		t.Source, t.Names = filepath.Dir(source), []string{filepath.Base(source)}
	case !info.IsDir():
		return t, nil, fmt.Errorf("source %q: neither a file nor a folder", source)
	}
	if err := readable(source, info.IsDir()); err != nil {
		return t, nil, problem("source", source, err)
	}
	return t, info, nil
}

// checkOther returns an error that ends in words if the name in dest is the source file itself.
func (t Tree) checkOther(source string, info fs.FileInfo, words string) error {
	there, err := os.Stat(filepath.Join(t.Dest, t.Names[0]))
	if err == nil && os.SameFile(info, there) {
		return fmt.Errorf("source %q and dest %q: %s", source, t.Dest, words)
	}
	return nil
}

func notFolder(dest string) error { return fmt.Errorf("dest %q: is a file, not a folder", dest) }

// checkDest accepts a folder, which is there, or a missing name in a folder that can be written.
func checkDest(dest string) (isThere bool, err error) {
	there, info, err := existing(dest)
	switch {
	case err != nil:
		return false, problem("dest", dest, err)
	case info.IsDir() && there == dest:
		return true, nil
	case info.IsDir():
		if err := writable(there); err != nil {
			return false, fmt.Errorf("dest %q: cannot be made in %q: %w", dest, there, err)
		}
		return false, nil
	case there == dest:
		return false, notFolder(dest)
	default:
		return false, fmt.Errorf("dest %q: %q is a file, not a folder", dest, there)
	}
}

// existing returns name, or the nearest existing folder above it. It shortens the name part
// by part and does not clean it: only the system knows the folder above "link/..".
func existing(name string) (string, fs.FileInfo, error) {
	for {
		info, err := os.Stat(name)
		if !errors.Is(err, fs.ErrNotExist) {
			return name, info, err
		}
		name = strings.TrimRightFunc(name, separates)
		if _, err := os.Lstat(name); err == nil {
			return name, nil, errDangling
		}
		parent := strings.TrimRightFunc(name[:strings.LastIndexFunc(name, separates)+1], separates)
		switch {
		case parent != "":
			name = parent
		case filepath.IsAbs(name):
			name = name[:len(filepath.VolumeName(name))+1]
		default:
			name = "."
		}
	}
}

func separates(r rune) bool { return r == '/' || r == filepath.Separator }

var errDangling = errors.New("is a link to nothing")

// problem returns the error of a source, dest or other file that cannot be used.
func problem(what, name string, err error) error {
	return fmt.Errorf("%s %q: %w", what, name, filecopy.Cause(err))
}
