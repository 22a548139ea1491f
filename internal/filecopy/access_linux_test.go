package filecopy_test

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
	"testing"

	"brood/internal/filecopy"

	"golang.org/x/sys/unix"
)

func TestNeverMoreReadableThanItsSource(t *testing.T) {
	for _, mask := range []int{0o000, 0o077} {
		old := syscall.Umask(mask)
		t.Cleanup(func() { syscall.Umask(old) })
		for _, perm := range []fs.FileMode{0o400, 0o640, 0o666, 0o777, fs.ModeSetuid | fs.ModeSticky | 0o755} {
			t.Run("archive "+perm.String(), func(t *testing.T) {
				e := newEnds(t)
				must(t, e.src.Mkdir("d", 0o700))
				must(t, e.src.Chmod("d", fs.ModeSetgid|0o750))
				write(t, e.src, "d/f", noise(namedSize), perm)
				_, err := e.copy("d/f", filecopy.Options{Archive: true, Progress: func(int64) {
					wantPrivate(t, e.dst, "d")
					if info, _ := e.dst.Stat("d"); info.Mode() != fs.ModeDir|0o700 {
						t.Errorf("folder %v during the copy", info.Mode())
					}
				}})
				must(t, err)
				_, err = filecopy.Folder(e.src, e.dst, "d", archived)
				must(t, err)
				for name, want := range map[string]fs.FileMode{"d": fs.ModeDir | fs.ModeSetgid | 0o750, "d/f": perm} {
					if info, _ := e.dst.Stat(name); info.Mode() != want {
						t.Errorf("%s: %v; want %v", name, info.Mode(), want)
					}
				}
			})
			t.Run(perm.String(), func(t *testing.T) {
				e := newEnds(t)
				must(t, e.src.Mkdir("d", 0o700))
				must(t, e.src.Chmod("d", 0o750))
				write(t, e.src, "d/f", noise(namedSize), perm)
				_, err := e.copy("d/f", filecopy.Options{Progress: func(int64) { wantPrivate(t, e.dst, "d") }})
				must(t, err)
				e.wantCopied(t, "d/f")
				must(t, e.folder("d"))
				if info, _ := e.dst.Stat("d"); info.Mode().Perm() != 0o750 {
					t.Errorf("folder %v", info.Mode())
				}
			})
		}
	}
}

// wantPrivate checks a copy under way, which must be the only file in dir.
func wantPrivate(t *testing.T, root *os.Root, dir string) {
	found := names(t, root, dir)
	if len(found) != 1 || !filecopy.IsTemporary(found[0]) {
		t.Fatalf("names during the copy: %q", found)
	}
	info, err := root.Lstat(dir + "/" + found[0])
	must(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode during the copy: %v", info.Mode())
	}
	if info, _ := root.Lstat(dir); info.Mode().Perm()&^0o750 != 0 {
		t.Errorf("mode of the folder during the copy: %v", info.Mode())
	}
}

func TestAccessTimeIsKept(t *testing.T) {
	e := newEnds(t)
	write(t, e.src, "f", noise(10), 0o644)
	want := stat(t, e.src, "f").Atim
	_, err := e.copy("f", filecopy.Options{})
	must(t, err)
	if got := stat(t, e.dst, "f").Atim; got != want {
		t.Errorf("access time %v; want %v", got, want)
	}
}

func TestFIFOs(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(*testing.T, ends)
		file string
		text string
	}{
		{"source", func(t *testing.T, e ends) { fifo(t, e.srcPath+"/f") }, "f", "open: not a regular file"},
		{"source folder", func(t *testing.T, e ends) { fifo(t, e.srcPath+"/d") }, "d/f", "stat: not a directory"},
		{"destination", func(t *testing.T, e ends) {
			write(t, e.src, "f", nil, 0o644)
			fifo(t, e.dstPath+"/f")
		}, "f", ""},
		{"destination folder", func(t *testing.T, e ends) {
			must(t, e.src.Mkdir("d", 0o755))
			write(t, e.src, "d/f", nil, 0o644)
			fifo(t, e.dstPath+"/d")
		}, "d/f", "open folder: not a directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			tt.make(t, e)
			if tt.text == "" {
				e.mustCopy(t, tt.file)
				return
			}
			_, err := e.copy(tt.file, filecopy.Options{})
			wantError(t, err, nil, tt.text)
		})
	}
}

func TestPermissions(t *testing.T) {
	for _, tt := range []struct {
		name   string
		forbid func(ends) error
		text   string
	}{
		{"unreadable source", func(e ends) error { return e.src.Chmod("f", 0) }, "open: permission denied"},
		{"read-only folder", func(e ends) error { return e.dst.Chmod(".", 0o555) }, "create: permission denied"},
		{"folder without access", func(e ends) error { return e.dst.Chmod(".", 0o600) }, "stat: permission denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			must(t, os.Chmod(e.dstPath, 0o777))
			write(t, e.src, "f", noise(10), 0o644)
			must(t, tt.forbid(e))
			t.Cleanup(func() { os.Chmod(e.dstPath, 0o700) })
			asOrdinaryUser(func() {
				_, err := e.copy("f", filecopy.Options{})
				wantError(t, err, fs.ErrPermission, tt.text)
			})
			must(t, os.Chmod(e.dstPath, 0o700))
			wantOnly(t, e.dst, ".")
		})
	}
}

// An earlier run has made a folder read-only, like its source. A second run can still add files.
func TestSecondRunIntoAReadOnlyFolder(t *testing.T) {
	e := newEnds(t)
	must(t, os.Chmod(e.dstPath, 0o777))
	write(t, e.src, "f", noise(10), 0o644)
	must(t, e.src.MkdirAll("ro/sub", 0o755))
	write(t, e.src, "ro/f", noise(10), 0o444)
	must(t, e.src.Symlink("f", "ro/link"))
	must(t, e.src.Chmod("ro", 0o555))
	t.Cleanup(func() { // so that the test can remove the folders
		os.Chmod(e.srcPath+"/ro", 0o755)
		os.Chmod(e.dstPath+"/ro", 0o755)
	})
	asOrdinaryUser(func() {
		for range 2 { // the second time the folder is read-only
			for name, run := range map[string]func() error{
				"the folder": func() error { return e.folder("ro") },
				"a file": func() error {
					_, err := e.copy("ro/f", filecopy.Options{Overwrite: filecopy.Always})
					return err
				},
				"a link": func() error {
					_, err := filecopy.Symlink(e.src, e.dst, "ro/link", filecopy.Options{Overwrite: filecopy.Changed})
					return err
				},
				"a subfolder": func() error {
					return errors.Join(e.folder("ro/sub"), e.folder("ro"))
				},
			} {
				if err := run(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if err := e.folder("ro"); err != nil {
			t.Error(err)
		}
	})
	if info, err := e.dst.Stat("ro"); err != nil || info.Mode().Perm() != 0o555 {
		t.Errorf("the folder at the end: %v, %v", info.Mode(), err)
	}
	wantOnly(t, e.dst, "ro", "f", "link", "sub")
}

// asOrdinaryUser runs f on a thread that lacks root's rights to files. f must not end the test.
func asOrdinaryUser(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Getuid() == 0 {
			// Never unlocked, so the thread ends with the goroutine. setfsuid(2)
			// changes only this thread.
			runtime.LockOSThread()
			unix.Setfsgid(65534)
			unix.Setfsuid(65534)
		}
		f()
	}()
	<-done
}

func TestNoDescriptorIsLeft(t *testing.T) {
	e := newEnds(t)
	must(t, e.src.MkdirAll("a/b", 0o755))
	write(t, e.src, "a/b/f", noise(mib), 0o644)
	must(t, e.src.Symlink("f", "a/b/link"))
	e.mustCopy(t, "a/b/f") // the first copy opens descriptors that the runtime keeps
	before := descriptors(t)
	for _, o := range []filecopy.Overwrite{filecopy.Always, filecopy.Changed, filecopy.Never} {
		_, err := e.copy("a/b/f", filecopy.Options{Overwrite: o})
		must(t, err)
		_, err = filecopy.Symlink(e.src, e.dst, "a/b/link", filecopy.Options{Overwrite: o})
		must(t, err)
		must(t, e.dst.Remove("a/b/f"))
		must(t, e.folder("a/b"))
		_, err = e.copy("a/b/missing", filecopy.Options{Overwrite: o})
		wantError(t, err, fs.ErrNotExist, "stat: no such file or directory")
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors open; %d before", after, before)
	}
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(entries)
}

func fifo(t *testing.T, path string) {
	t.Helper()
	must(t, syscall.Mkfifo(path, 0o600))
}
