package slurm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"brood/internal/plan"
)

// Seen is a name of the source as the submitter saw it. If a node sees none of these names in the same way, it sees
// another source.
type Seen struct {
	Root int `json:",omitempty"` // its number: see plan.Tree
	Name Exact
	Mode fs.FileMode // the type only
	Size int64       // of a regular file, in bytes
	Time int64       // of the last change, in nanoseconds since 1970
}

// seenMost is the number of names to compare. It is above one because a user may change some names meanwhile.
const seenMost = 16

// isIn tells whether the name is the same in source now.
func (s Seen) isIn(source string) bool {
	now, err := see(source, string(s.Name))
	now.Root = s.Root
	return err == nil && now == s
}

// see looks at a name now.
func see(source, name string) (Seen, error) {
	info, err := os.Lstat(filepath.Join(source, name))
	if err != nil {
		return Seen{}, err
	}
	s := Seen{Name: Exact(name), Mode: info.Mode().Type(), Time: info.ModTime().UnixNano()}
	if info.Mode().IsRegular() {
		s.Size = info.Size()
	}
	return s, nil
}

// writeSeen writes seen.json, with the first names of batch n.
func (f *Folder) writeSeen(n int) error {
	if f.Job.Commands != nil { // they have no source
		return nil
	}
	file, err := os.Open(f.list(n))
	if err != nil {
		return err
	}
	defer file.Close()
	roots, names := f.Job.roots(), 0
	seen := []Seen{}
	_, err = plan.OpenList(file, plan.Options{}, func(root int, name string, _ int64) {
		if names++; names > seenMost || root >= len(roots) {
			return
		}
		if s, seeErr := see(roots[root], name); seeErr == nil {
			s.Root = root
			seen = append(seen, s)
		}
	})
	return errors.Join(err, f.writeJSON("seen.json", seen))
}
