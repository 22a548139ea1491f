package filecopy_test

import (
	"path"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/filecopy"
)

// If the destination cannot hold a name, the copy fails before it moves contents.
func TestNamesThatTheDestinationCannotHold(t *testing.T) {
	for _, refuse := range []syscall.Errno{syscall.EINVAL, syscall.EILSEQ} {
		t.Run(refuse.Error(), func(t *testing.T) {
			dst := faultfstest.Mount(t, faultfs.Options{Refuse: func(name string) error {
				if strings.Contains(name, ":") {
					return refuse
				}
				return nil
			}}).Mounted
			e := endsAt(t, t.TempDir(), dst)
			const reason = "the destination cannot hold this name: "
			e.writeFile(t, "12:30.mov", "contents")
			moved := func(int64) { t.Error("contents were moved") }
			_, err := e.copy("12:30.mov", filecopy.Options{Progress: moved})
			wantError(t, err, refuse, "stat: "+reason+refuse.Error())
			must(t, e.src.Symlink("target", "a:b"))
			_, err = filecopy.Symlink(e.src, e.dst, "a:b", filecopy.Options{})
			wantError(t, err, refuse, "stat: "+reason+refuse.Error())
			e.writeFile(t, "c:/f", "contents")
			_, err = e.copy("c:/f", filecopy.Options{})
			wantError(t, err, refuse, "open folder: "+reason+refuse.Error())
			wantOnly(t, e.dst, ".")
		})
	}
}

// Some file systems refuse a name only in the rename (vfat, with a dot at its end).
func TestNameRefusedAtTheEnd(t *testing.T) {
	var late atomic.Bool
	dst := faultfstest.Mount(t, faultfs.Options{Refuse: func(name string) error {
		if late.Load() && name == "a." {
			return syscall.EINVAL
		}
		return nil
	}}).Mounted
	e := endsAt(t, t.TempDir(), dst)
	e.writeFile(t, "a.", "contents")
	_, err := e.copy("a.", filecopy.Options{Progress: func(int64) { late.Store(true) }})
	wantError(t, err, syscall.EINVAL, "rename: the destination cannot hold this name: invalid argument")
	wantOnly(t, e.dst, ".")
}

// writeFile makes a file in the source, and its parent folders.
func (e ends) writeFile(t *testing.T, name, contents string) {
	t.Helper()
	must(t, e.src.MkdirAll(path.Dir(name), 0o755))
	write(t, e.src, name, []byte(contents), 0o644)
}
