package filecopy_test

import (
	"io/fs"
	"os"
	"testing"

	"brood/internal/filecopy"
)

// Destination makes a missing folder and its parents. They let in nobody whom the source keeps
// out, even if the parent folder has a default ACL.
func TestDestinationIsMade(t *testing.T) {
	for name, opts := range map[string]filecopy.Options{
		"plain": {}, "durable": {Durable: true}, "archive": {Archive: true},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnds(t)
			must(t, os.Chmod(e.srcPath, 0o750))
			setACL(t, "default:user:1234:rwx", e.dstPath)
			made, err := filecopy.Destination(e.src, e.dstPath+"/a/b/", opts)
			must(t, err)
			must(t, made.Close())
			wantNoACL(t, e.dstPath, "a/b")
			want := map[bool]fs.FileMode{false: 0o750, true: 0o700}[opts.Archive] // until it is full
			if info, err := os.Stat(e.dstPath + "/a/b"); err != nil || info.Mode().Perm() != want {
				t.Errorf("%v, %v; want %v", info.Mode(), err, want)
			}
		})
	}
}

// Destination opens an existing folder, and does not change it.
func TestDestinationIsThere(t *testing.T) {
	e := newEnds(t)
	must(t, os.Chmod(e.srcPath, 0o750))
	must(t, os.Chmod(e.dstPath, 0o711))
	must(t, os.Symlink(e.dstPath, e.srcPath+"/link"))
	for _, path := range []string{e.dstPath, e.srcPath + "/link"} {
		root, err := filecopy.Destination(e.src, path, filecopy.Options{Durable: true})
		must(t, err)
		must(t, root.Close())
	}
	if info, _ := os.Stat(e.dstPath); info.Mode().Perm() != 0o711 {
		t.Errorf("mode %v", info.Mode())
	}
	write(t, e.dst, "file", nil, 0o600)
	if _, err := filecopy.Destination(e.src, e.dstPath+"/file", filecopy.Options{}); err == nil {
		t.Error("a file was opened as a destination")
	}
}
