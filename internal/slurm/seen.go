package slurm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"brood/internal/plan"
)

// Seen is a name of the source as the submit side has seen it. Where a node sees none of some names so, it sees another source.
type Seen struct {
	Name Exact
	Mode fs.FileMode // its type
	Size int64       // of a file
	Time int64       // of its last change, in nanoseconds
}

// seenMost is how many names are looked at: some may be changed by somebody meanwhile.
const seenMost = 16

func (s Seen) isIn(source string) bool {
	now, err := see(source, string(s.Name))
	return err == nil && now == s
}

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

// writeSeen notes some names of a list.
func (f *Folder) writeSeen(batch int) error {
	file, err := os.Open(f.list(batch))
	if err != nil {
		return err
	}
	defer file.Close()
	var names []string
	_, err = plan.OpenList(file, plan.Options{}, func(name string, _ int64) {
		if len(names) < seenMost {
			names = append(names, name)
		}
	})
	seen := []Seen{}
	for _, name := range names {
		if s, seeErr := see(string(f.Job.Root), name); seeErr == nil {
			seen = append(seen, s)
		}
	}
	return errors.Join(err, f.writeJSON("seen.json", seen))
}
