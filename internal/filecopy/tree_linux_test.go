package filecopy_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	xattrs "github.com/pkg/xattr"
)

// facts has everything that a copy keeps of its source, in a comparable form.
type facts struct {
	Mode     fs.FileMode
	UID, GID uint32
	Modified int64 // ns
	Xattrs   string
	Contents string // hash of a file, target of a symlink
	Device   uint64
	LinkedTo string // first name of the same inode
	Sparse   bool
}

// treeOf returns the facts of a folder and of everything in it, by name.
func treeOf(t *testing.T, root string) map[string]facts {
	t.Helper()
	tree, first := map[string]facts{}, map[uint64]string{}
	must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		name, err := filepath.Rel(root, path)
		must(t, err)
		info, err := d.Info()
		must(t, err)
		st := info.Sys().(*syscall.Stat_t)
		if first[st.Ino] == "" {
			first[st.Ino] = name
		}
		tree[name] = facts{
			Mode: info.Mode(), UID: st.Uid, GID: st.Gid, Modified: info.ModTime().UnixNano(),
			Xattrs: xattrsOf(t, path), Contents: contentsOf(t, path, info.Mode()), Device: st.Rdev,
			LinkedTo: first[st.Ino], Sparse: info.Mode().IsRegular() && st.Size >= mib && st.Blocks*512 < st.Size/2,
		}
		return nil
	}))
	return tree
}

func xattrsOf(t *testing.T, path string) string {
	t.Helper()
	names, err := xattrs.LList(path)
	if err != nil {
		return "" // the file system has none
	}
	slices.Sort(names)
	var all strings.Builder
	for _, name := range names {
		value, err := xattrs.LGet(path, name)
		must(t, err)
		if len(value) > 100 {
			value = fmt.Appendf(nil, "%d: %x", len(value), sha256.Sum256(value))
		}
		fmt.Fprintf(&all, "%s=%q ", name, value)
	}
	return all.String()
}

func contentsOf(t *testing.T, path string, mode fs.FileMode) string {
	t.Helper()
	switch mode.Type() {
	case 0:
		b, err := os.ReadFile(path)
		must(t, err)
		return fmt.Sprintf("%d: %x", len(b), sha256.Sum256(b))
	case fs.ModeSymlink:
		target, err := os.Readlink(path)
		must(t, err)
		return target
	}
	return ""
}

func wantTree(t *testing.T, got, want map[string]facts) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%q:\n got %+v\nwant %+v", name, got[name], want[name])
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%q is in the destination, but not in the source", name)
		}
	}
}
