package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// These tests change files between two system calls of a copy.

func TestSourceReplacedBeforeItIsOpened(t *testing.T) {
	for _, tt := range []struct {
		name    string
		replace func(dir string) error
	}{
		{"by a FIFO", func(dir string) error { return syscall.Mkfifo(dir+"/f", 0o600) }},
		{"by a symlink", func(dir string) error { return os.Symlink("other", dir+"/f") }},
		{"by a folder", func(dir string) error { return os.Mkdir(dir+"/f", 0o700) }},
		{"by a file", func(dir string) error { return os.WriteFile(dir+"/f", nil, 0o600) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, root := tempRoot(t)
			check(t, root.WriteFile("f", nil, 0o600))
			check(t, root.WriteFile("other", nil, 0o600))
			seen, err := lstatRegular(root, "f")
			check(t, err)
			// Keep the file, so that the next file gets another inode number.
			check(t, root.Rename("f", "kept"))
			check(t, tt.replace(dir))
			if _, _, err := openSeen(root, "f", os.O_RDONLY, seen); err != errOpenedChanged {
				t.Errorf("error %v; want %v", err, errOpenedChanged)
			}
		})
	}
}

func TestHoldAfterSweep(t *testing.T) {
	_, root := tempRoot(t)
	f, err := root.Create("f")
	check(t, err)
	defer f.Close()
	sweeping, err := root.Open("f")
	check(t, err)
	check(t, tryLock(sweeping))
	if _, err := hold(f); err != errSwept {
		t.Errorf("locked by a sweep: %v", err)
	}
	check(t, sweeping.Close())
	check(t, root.Remove("f"))
	if _, err := hold(f); err != errSwept {
		t.Errorf("removed by a sweep: %v", err)
	}
}

// A sweep opens a leftover, and another copy then takes the same name. The sweep does not
// remove that copy.
func TestNameTakenBeforeItIsSwept(t *testing.T) {
	_, root := tempRoot(t)
	check(t, root.WriteFile("f", nil, 0o600))
	leftover, err := root.Open("f")
	check(t, err)
	defer leftover.Close()
	check(t, root.Remove("f")) // by another sweep
	copying, err := root.Create("f")
	check(t, err)
	defer copying.Close()
	held, err := hold(copying)
	check(t, err)
	defer held.release()
	if gone, err := removeUnlocked(root, "f", leftover); gone || err != nil {
		t.Errorf("removed: %v, %v", gone, err)
	}
	if _, err := root.Lstat("f"); err != nil {
		t.Errorf("the copy under way: %v", err)
	}
}

// The lock outlives the file's descriptor, and ends with its release.
func TestLockOutlivesClose(t *testing.T) {
	_, root := tempRoot(t)
	f, err := root.Create("f")
	check(t, err)
	l, err := hold(f)
	check(t, err)
	check(t, f.Close())
	other, err := root.Open("f")
	check(t, err)
	defer other.Close()
	if err := tryLock(other); err != unix.EWOULDBLOCK {
		t.Errorf("after the close: %v", err)
	}
	l.release()
	check(t, tryLock(other))
}

func TestRenameNew(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rename func(place, string) error
	}{{"renameat2", place.renameNew}, {"link", place.linkNew}} {
		t.Run(tt.name, func(t *testing.T) {
			_, root := tempRoot(t)
			check(t, root.WriteFile("a", []byte("a"), 0o600))
			at := place{dir: root, base: "b", here: &here{}}
			check(t, tt.rename(at, "a"))
			check(t, root.WriteFile("a", []byte("again"), 0o600))
			if err := tt.rename(at, "a"); !errors.Is(err, fs.ErrExist) {
				t.Errorf("error %v; want EEXIST", err)
			}
			if got, _ := root.ReadFile("b"); string(got) != "a" {
				t.Errorf("replaced by %q", got)
			}
		})
	}
}

func TestTemporaryName(t *testing.T) {
	for _, base := range []string{
		"a.mov", "a", "-", ".brood", strings.Repeat("x", 255), strings.Repeat("é", 127), strings.Repeat("\xbf", 255),
	} {
		name := temporaryName(base)
		if !IsTemporary(name) || len(name) > 255 {
			t.Errorf("%q: %q", base, name)
		}
		cut := name[1 : len(name)-len(".01234567.brood")]
		if !strings.HasPrefix(base, cut) || len(base) > 239 && len(cut) < 235 {
			t.Errorf("%q: base cut to %q", base, cut)
		}
	}
}

func tempRoot(t *testing.T) (string, *os.Root) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	check(t, err)
	t.Cleanup(func() { root.Close() })
	return dir, root
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A file without blocks may have become shorter. Its size was true before.
func TestShorterWithoutBlocks(t *testing.T) {
	_, root := tempRoot(t)
	f, err := root.Create("f")
	check(t, err)
	defer f.Close()
	check(t, f.Truncate(4096))
	before, err := f.Stat()
	check(t, err)
	check(t, f.Truncate(5))
	if sizeIsUntrue(f, before) {
		t.Error("sizeIsUntrue holds for a file that was truncated")
	}
}
