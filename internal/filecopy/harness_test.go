package filecopy_test

import (
	"bytes"
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brood/internal/filecopy"
)

// longAgo has nanoseconds, so that a test sees whether a copy keeps them.
var longAgo = time.Date(2001, 2, 3, 4, 5, 6, 123456789, time.UTC)

// ends has the two roots of a test, and their paths.
type ends struct {
	src, dst         *os.Root
	srcPath, dstPath string
}

func newEnds(t testing.TB) ends {
	t.Helper()
	return endsAt(t, t.TempDir(), t.TempDir())
}

func endsAt(t testing.TB, srcPath, dstPath string) ends {
	t.Helper()
	return ends{openRoot(t, srcPath), openRoot(t, dstPath), srcPath, dstPath}
}

func openRoot(t testing.TB, path string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(path)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	return root
}

func (e ends) copy(name string, opts filecopy.Options) (filecopy.Result, error) {
	return filecopy.File(context.Background(), e.src, e.dst, name, opts)
}

func (e ends) folder(name string) error {
	_, err := filecopy.Folder(e.src, e.dst, name, filecopy.Options{})
	return err
}

// mustCopy copies a file, and compares contents, mode and times of both ends.
func (e ends) mustCopy(t *testing.T, name string) filecopy.Result {
	t.Helper()
	res, err := e.copy(name, filecopy.Options{})
	must(t, err)
	e.wantCopied(t, name)
	return res
}

func (e ends) wantCopied(t *testing.T, name string) {
	t.Helper()
	src, err := e.src.Lstat(name)
	must(t, err)
	dst, err := e.dst.Lstat(name)
	must(t, err)
	if !filecopy.Same(src, dst) {
		t.Errorf("copy: %v, %d bytes, %v; want %v, %d bytes, %v",
			dst.Mode(), dst.Size(), dst.ModTime(), src.Mode(), src.Size(), src.ModTime())
	}
	if dst.Mode() != src.Mode().Type()|src.Mode().Perm() {
		t.Errorf("mode %v; want the permission bits of %v", dst.Mode(), src.Mode())
	}
	want, err := e.src.ReadFile(name)
	must(t, err)
	got, err := e.dst.ReadFile(name)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("contents differ")
	}
	wantNoTemporary(t, e.dst, filepath.Dir(name))
}

// wantOnly fails the test if the folder has other names than these.
func wantOnly(t *testing.T, root *os.Root, dir string, want ...string) {
	t.Helper()
	entries, err := fs.ReadDir(root.FS(), dir)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if len(got) != len(want) {
		t.Fatalf("names %q; want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("names %q; want %q", got, want)
		}
	}
}

func wantNoTemporary(t *testing.T, root *os.Root, dir string) {
	t.Helper()
	for _, name := range names(t, root, dir) {
		if filecopy.IsTemporary(name) {
			t.Errorf("a temporary is left: %q", name)
		}
	}
}

func names(t *testing.T, root *os.Root, dir string) []string {
	t.Helper()
	f, err := root.Open(dir)
	must(t, err)
	defer f.Close()
	names, err := f.Readdirnames(-1)
	must(t, err)
	return names
}

// write makes root/name with these contents, these permission bits and an old time.
func write(t testing.TB, root *os.Root, name string, contents []byte, perm fs.FileMode) {
	t.Helper()
	must(t, root.WriteFile(name, contents, 0o600))
	must(t, root.Chtimes(name, longAgo.Add(time.Hour+1), longAgo))
	must(t, root.Chmod(name, perm))
}

// namedSize is the least size, in bytes, of a file whose copy under way has a name.
const namedSize = 1<<20 + 1

// noise returns n bytes without zero blocks, the same bytes each time.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
