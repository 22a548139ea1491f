package filecopy_test

import (
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"

	"brood/internal/filecopy"

	"golang.org/x/sys/unix"
)

// newLinked returns ends with the hard links a/first and b/name in the source. a/first is
// already copied.
func newLinked(t *testing.T) ends {
	t.Helper()
	e := newEnds(t)
	must(t, e.src.Mkdir("a", 0o755))
	must(t, e.src.Mkdir("b", 0o755))
	write(t, e.src, "a/first", noise(10), 0o640)
	must(t, e.src.Link("a/first", "b/name"))
	e.mustCopy(t, "a/first")
	return e
}

func (e ends) link(overwrite filecopy.Overwrite) (filecopy.Result, error) {
	return filecopy.Link(e.src, e.dst, "a/first", "b/name", filecopy.Options{Overwrite: overwrite})
}

func TestLink(t *testing.T) {
	nothing := func(*testing.T, ends) {}
	linked := func(t *testing.T, e ends) {
		must(t, e.dst.Mkdir("b", 0o755))
		must(t, e.dst.Link("a/first", "b/name"))
	}
	copied := func(t *testing.T, e ends) { e.mustCopy(t, "b/name") }
	symlink := func(t *testing.T, e ends) {
		must(t, e.dst.Mkdir("b", 0o755))
		must(t, e.dst.Symlink("../a/first", "b/name"))
	}
	for _, tt := range []struct {
		name      string
		overwrite filecopy.Overwrite
		before    func(*testing.T, ends)
		skipped   bool
		links     uint64
	}{
		{"new", filecopy.Changed, nothing, false, 2},
		{"new, never", filecopy.Never, nothing, false, 2},
		{"linked", filecopy.Always, linked, true, 2},
		{"copied", filecopy.Changed, copied, false, 2},
		{"copied, never", filecopy.Never, copied, true, 1},
		{"symlink", filecopy.Changed, symlink, false, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newLinked(t)
			tt.before(t, e)
			res, err := e.link(tt.overwrite)
			must(t, err)
			if res.Skipped != tt.skipped {
				t.Errorf("skipped: %v; want %v", res.Skipped, tt.skipped)
			}
			if st := stat(t, e.dst, "a/first"); uint64(st.Nlink) != tt.links {
				t.Errorf("%d links; want %d", st.Nlink, tt.links)
			}
			e.wantCopied(t, "b/name")
			wantOnly(t, e.dst, "b", "name")
		})
	}
}

// rename(2) does nothing between two names of one file. The temporary is removed all the same.
func TestLinkRace(t *testing.T) {
	for range 20 {
		e := newLinked(t)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := e.link(filecopy.Always); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		wantOnly(t, e.dst, "b", "name")
	}
}

func TestLinkErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*testing.T, ends)
		is     error
		text   string
	}{
		{"first is missing", func(t *testing.T, e ends) { must(t, e.dst.Remove("a/first")) },
			filecopy.ErrNoFirst, "link: the copy to link to is not there"},
		{"first is another file", func(t *testing.T, e ends) { write(t, e.dst, "a/first", []byte("older"), 0o600) },
			filecopy.ErrNoFirst, "link: the copy to link to is not there"},
		{"first is of another kind", func(t *testing.T, e ends) {
			must(t, e.dst.Remove("a/first"))
			fifo(t, e.dstPath+"/a/first")
		}, filecopy.ErrNoFirst, "link: the copy to link to is not there"},
		{"no longer linked", func(t *testing.T, e ends) {
			must(t, e.src.Remove("b/name"))
			write(t, e.src, "b/name", nil, 0o600)
		}, nil, "link: the two names are no longer hard links of one file"},
		{"source is missing", func(t *testing.T, e ends) { must(t, e.src.Remove("b/name")) },
			fs.ErrNotExist, "stat: no such file or directory"},
		{"directory", func(t *testing.T, e ends) { must(t, os.MkdirAll(e.dstPath+"/b/name", 0o755)) },
			syscall.EISDIR, "rename: is a directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newLinked(t)
			tt.before(t, e)
			_, err := e.link(filecopy.Always)
			wantError(t, err, tt.is, tt.text)
			if _, err := e.dst.Lstat("b"); err == nil {
				wantNoTemporary(t, e.dst, "b")
			}
		})
	}
}

// No hard link is possible if the folder is another file system.
func TestCannotLink(t *testing.T) {
	needsRoot(t)
	e := newLinked(t)
	must(t, e.dst.Mkdir("b", 0o755))
	if err := unix.Mount("filecopy-test", e.dstPath+"/b", "tmpfs", 0, ""); err != nil {
		t.Skip("needs root: mount: ", err)
	}
	t.Cleanup(func() { unmount(t, e.dstPath+"/b") })
	res, err := e.link(filecopy.Changed)
	wantError(t, err, filecopy.ErrCannotLink, "link: no hard link is possible here")
	if !slices.Equal(res.Lost, []string{filecopy.LostHardLink}) {
		t.Errorf("lost %q", res.Lost)
	}
	_, err = filecopy.Link(e.src, e.dst, "a/first", "b/name", strictly)
	wantError(t, err, filecopy.ErrLost, "keep hard link: not possible here")
	wantOnly(t, e.dst, "b")
}

// A killed Link left a second name of a finished file. A Sweep removes only that name.
func TestSweepOfALink(t *testing.T) {
	const linked = ".f.00000000.brood"
	e := newEnds(t)
	write(t, e.dst, "f", noise(10), 0o444)
	must(t, e.dst.Link("f", linked))
	if n, err := filecopy.Sweep(e.dst, "."); n != 1 || err != nil {
		t.Errorf("removed %d, %v; want 1", n, err)
	}
	wantOnly(t, e.dst, ".", "f")
	if got, _ := e.dst.ReadFile("f"); string(got) != string(noise(10)) {
		t.Errorf("the file holds %q", got)
	}
}

// A Sweep removes a second name of a running program, too.
func TestSweepOfALinkToARunningProgram(t *testing.T) {
	const linked = ".sleep.00000000.brood"
	e := newEnds(t)
	sleep, err := exec.LookPath("sleep")
	must(t, err)
	program, err := os.ReadFile(sleep)
	must(t, err)
	write(t, e.dst, "sleep", program, 0o755)
	must(t, e.dst.Link("sleep", linked))
	cmd := exec.Command(e.dstPath+"/sleep", "600")
	must(t, cmd.Start())
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	if n, err := filecopy.Sweep(e.dst, "."); n != 1 || err != nil {
		t.Errorf("removed %d, %v; want 1", n, err)
	}
	wantOnly(t, e.dst, ".", "sleep")
}
