package filecopy_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"brood/internal/filecopy"

	"golang.org/x/sys/unix"
)

func TestSymlink(t *testing.T) {
	nothing := func(*testing.T, ends) {}
	file := func(t *testing.T, e ends) { write(t, e.dst, "link", []byte("file"), 0o600) }
	other := func(t *testing.T, e ends) { must(t, e.dst.Symlink("other", "link")) }
	same := func(t *testing.T, e ends) { must(t, e.dst.Symlink("target", "link")) }
	for _, tt := range []struct {
		name      string
		target    string
		overwrite filecopy.Overwrite
		before    func(*testing.T, ends)
		skipped   bool
	}{
		{"new", "target", filecopy.Changed, nothing, false},
		{"new, never", "target", filecopy.Never, nothing, false},
		{"odd bytes", "\xff\n -/../..", filecopy.Changed, nothing, false},
		{"absolute", "/etc/passwd", filecopy.Changed, nothing, false},
		{"long", strings.Repeat("abcdefg/", 511), filecopy.Changed, nothing, false},
		{"same target", "target", filecopy.Always, same, true},
		{"other target", "target", filecopy.Changed, other, false},
		{"other target, always", "target", filecopy.Always, other, false},
		{"other target, never", "target", filecopy.Never, other, true},
		{"file", "target", filecopy.Changed, file, false},
		{"file, never", "target", filecopy.Never, file, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			must(t, e.src.Symlink(tt.target, "link"))
			setLinkTime(t, e.srcPath+"/link", longAgo)
			tt.before(t, e)
			src := stat(t, e.src, "link") // reading the link changes its access time
			res, err := filecopy.Symlink(e.src, e.dst, "link", filecopy.Options{Overwrite: tt.overwrite})
			must(t, err)
			if res.Skipped != tt.skipped {
				t.Errorf("skipped: %v; want %v", res.Skipped, tt.skipped)
			}
			wantOnly(t, e.dst, ".", "link")
			if tt.skipped {
				return
			}
			if dst := stat(t, e.dst, "link"); dst.Mtim != src.Mtim || dst.Atim != src.Atim {
				t.Errorf("times %v, %v; want %v, %v", dst.Mtim, dst.Atim, src.Mtim, src.Atim)
			}
			if got, err := e.dst.Readlink("link"); got != tt.target {
				t.Errorf("target %q, %v; want %q", got, err, tt.target)
			}
		})
	}
}

func TestSymlinkErrors(t *testing.T) {
	e := newEnds(t)
	must(t, e.src.Symlink("target", "link"))
	must(t, e.dst.Mkdir("link", 0o700))
	write(t, e.src, "file", nil, 0o600)
	for _, tt := range []struct {
		name string
		is   error
		text string
	}{
		{"link", syscall.EISDIR, "rename: is a directory"},
		{"file", syscall.EINVAL, "read link: invalid argument"},
		{"missing", fs.ErrNotExist, "stat: no such file or directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := filecopy.Symlink(e.src, e.dst, tt.name, filecopy.Options{Overwrite: filecopy.Always})
			wantError(t, err, tt.is, tt.text)
			wantOnly(t, e.dst, ".", "link")
		})
	}
}

func TestSymlinkMakesParents(t *testing.T) {
	e := newEnds(t)
	must(t, e.src.MkdirAll("a/b", 0o755))
	must(t, e.src.Symlink("../c", "a/b/link"))
	_, err := filecopy.Symlink(e.src, e.dst, "a/b/link", filecopy.Options{Overwrite: filecopy.Changed})
	must(t, err)
	wantOnly(t, e.dst, "a/b", "link")
}

// A Sweep removes symlinks and FIFOs, which cannot be locked, even with a time in the future.
func TestSweepOfTheUnlockable(t *testing.T) {
	const locked = ".z.00000000.brood"
	e := newEnds(t)
	for name, age := range map[string]time.Duration{
		".old.00000000.brood": time.Hour, ".young.00000000.brood": 0, ".future.00000000.brood": -time.Hour,
	} {
		must(t, e.dst.Symlink("/dev/null", name))
		fifo(t, e.dstPath+"/.fifo"+name)
		for _, name := range []string{name, ".fifo" + name} {
			setLinkTime(t, e.dstPath+"/"+name, time.Now().Add(-age))
		}
	}
	f, err := e.dst.Create(locked)
	must(t, err)
	must(t, unix.Flock(int(f.Fd()), unix.LOCK_EX))
	if n, err := filecopy.Sweep(e.dst, "."); n != 6 || err != nil {
		t.Errorf("removed %d, %v; want 6", n, err)
	}
	wantOnly(t, e.dst, ".", locked)
	must(t, f.Close()) // releases the lock
	if n, err := filecopy.Sweep(e.dst, "."); n != 1 || err != nil {
		t.Errorf("removed %d, %v; want 1", n, err)
	}
	wantOnly(t, e.dst, ".")
}

// Sweeps run while links and FIFOs are made, as with two runs into one destination. No call
// fails. (The sweeps are too few to use up the attempts at one link.)
func TestSweepWhileLinksAreMade(t *testing.T) {
	const sweepers, sweeps = 3, 30
	e := newEnds(t)
	must(t, e.src.Symlink("target", "link"))
	fifo(t, e.srcPath+"/fifo")
	var makers, all sync.WaitGroup
	swept := make(chan struct{})
	type maker func(src, dst *os.Root, name string, opts filecopy.Options) (filecopy.Result, error)
	for name, make := range map[string]maker{"link": filecopy.Symlink, "fifo": filecopy.Node} {
		makers.Go(func() {
			for again := true; again; {
				select {
				case <-swept:
					again = false
				default:
				}
				_, err := make(e.src, e.dst, name, archived)
				if err := errors.Join(err, e.dst.Remove(name)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range sweepers {
		all.Go(func() {
			for range sweeps {
				if _, err := filecopy.Sweep(e.dst, "."); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	close(swept)
	makers.Wait()
	wantNoTemporary(t, e.dst, ".")
}

func setLinkTime(t *testing.T, path string, mtime time.Time) {
	t.Helper()
	atime := unix.NsecToTimespec(mtime.UnixNano() + 5e9 + 1)
	times := []unix.Timespec{atime, unix.NsecToTimespec(mtime.UnixNano())}
	must(t, unix.UtimesNanoAt(unix.AT_FDCWD, path, times, unix.AT_SYMLINK_NOFOLLOW))
}
