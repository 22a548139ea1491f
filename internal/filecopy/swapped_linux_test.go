package filecopy_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"brood/internal/filecopy"
	"brood/internal/testenv"

	"golang.org/x/sys/unix"
)

// In these tests an attacker, who may write in one of the ends, swaps names during the copies.
// A goroutine does so at a higher rate than a process could.

const swapTime = 300 * time.Millisecond

// swapping calls f again and again, while a goroutine exchanges two names. The number of
// exchanges is even.
func swapping(t *testing.T, one, other string, f func()) {
	t.Helper()
	var swaps atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for over := false; !over || swaps.Load()%2 == 1; swaps.Add(1) {
			if err := unix.Renameat2(unix.AT_FDCWD, one, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE); err != nil {
				t.Error(err)
				break
			}
			select {
			case <-stop:
				over = true
			default:
			}
		}
	}()
	rounds, begun := 0, time.Now()
	few := func() bool { return rounds < 10 || swaps.Load() < 10 } // too few to meet
	for time.Since(begun) < swapTime || few() && time.Since(begun) < time.Minute {
		f()
		rounds++
	}
	close(stop)
	<-stopped
	if few() {
		t.Errorf("%d rounds, %d swaps", rounds, swaps.Load())
	}
}

// everything makes the names of the test in a folder. Their contents say whose they are.
func everything(t *testing.T, dir, whose string) {
	t.Helper()
	must(t, os.MkdirAll(dir+"/sub", 0o700))
	for _, name := range []string{"/f", "/sub/f", "/same", "/link", "/fifo", "/.f.00000000.brood"} {
		must(t, os.WriteFile(dir+name, []byte(whose), 0o600))
		must(t, os.Chtimes(dir+name, longAgo, longAgo))
	}
	_ = unix.Setxattr(dir+"/f", "user.whose", []byte(whose), 0) // some file systems have none
}

// changeable returns the state of all files in a folder. Each change of a file changes its
// ctime, too.
func changeable(t *testing.T, dir string) string {
	t.Helper()
	all := ""
	must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		must(t, err)
		info, err := e.Info()
		must(t, err)
		st := info.Sys().(*syscall.Stat_t)
		all += fmt.Sprintln(name, info.Mode(), st.Size, st.Mtim, st.Ctim, st.Uid, st.Gid, st.Nlink)
		return nil
	}))
	return all
}

// A folder of the destination is sometimes a link to a folder outside. The copy changes
// nothing outside: no contents, names, owners, modes, attributes or times.
func TestFolderOfTheDestinationSwapped(t *testing.T) {
	for name, opts := range map[string]filecopy.Options{
		"plain":   {Overwrite: filecopy.Always},
		"archive": {Overwrite: filecopy.Always, Archive: true},
		"there":   {Archive: true}, // an existing copy gets missing attributes in place
		"resume":  {Overwrite: filecopy.Always, Resume: true, Durable: true},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnds(t)
			outside, spare := t.TempDir(), t.TempDir()+"/spare"
			must(t, e.src.MkdirAll("d/sub", 0o755))
			write(t, e.src, "d/f", noise(10), 0o644)
			write(t, e.src, "d/sub/f", noise(10), 0o644)
			must(t, e.src.Symlink("f", "d/link"))
			must(t, e.src.Link("d/f", "d/same"))
			fifo(t, e.srcPath+"/d/fifo")
			must(t, e.dst.Mkdir("d", 0o700))
			everything(t, outside, "outside")
			must(t, os.Symlink(outside, spare))
			before := changeable(t, outside)
			swapping(t, e.dstPath+"/d", spare, func() {
				_, _ = e.copyTree(opts) // sometimes fails
				for _, name := range []string{"d/f", "d/sub/f"} {
					_, _ = e.copy(name, opts)
				}
				_, _ = filecopy.Symlink(e.src, e.dst, "d/link", opts)
				_, _ = filecopy.Node(e.src, e.dst, "d/fifo", opts)
				_, _ = filecopy.Link(e.src, e.dst, "d/f", "d/same", opts)
				_, _ = filecopy.Folder(e.src, e.dst, "d", opts)
				_, _ = filecopy.Sweep(e.dst, "d/sub")
			})
			if after := changeable(t, outside); after != before {
				t.Errorf("outside is now\n%s and was before\n%s", after, before)
			}
		})
	}
}

// A name in the source is sometimes a link. The copy has the original contents, or fails.
func TestSourceSwapped(t *testing.T) {
	for _, tt := range []struct {
		name  string
		swap  string // in the source
		spare func(secret string) string
	}{
		{"a folder", "d", func(secret string) string { return secret }},
		{"a file, for a link out", "d/f", func(secret string) string { return secret + "/f" }},
		{"a file, for a link within", "d/f", func(string) string { return "../within" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			secret, spare := t.TempDir(), t.TempDir()+"/spare"
			everything(t, secret, "secret")
			must(t, e.src.Mkdir("d", 0o755))
			write(t, e.src, "d/f", []byte("public"), 0o644)
			write(t, e.src, "within", []byte("secret"), 0o600)
			must(t, os.Symlink(tt.spare(secret), spare))
			copies := 0
			copyOnce := func() {
				_, err := e.copy("d/f", filecopy.Options{Overwrite: filecopy.Always, Archive: copies%2 == 0})
				if got, _ := e.dst.ReadFile("d/f"); string(got) != "public" && len(got) > 0 {
					t.Errorf("the copy holds %q", got)
				}
				if err == nil {
					copies++
				}
			}
			// On a busy machine each copy of the first time may meet a swap.
			for end := time.Now().Add(testenv.Patience); copies == 0 && time.Now().Before(end); {
				swapping(t, e.srcPath+"/"+tt.swap, spare, copyOnce)
			}
			if copies == 0 {
				t.Error("nothing was copied")
			}
		})
	}
}

// A FIFO that takes the place of a file does not block a copy.
func TestFileSwappedForAFIFO(t *testing.T) {
	e := newEnds(t)
	spare := t.TempDir() + "/spare"
	write(t, e.src, "f", []byte("public"), 0o644)
	fifo(t, spare)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	swapping(t, e.srcPath+"/f", spare, func() {
		_, _ = filecopy.File(ctx, e.src, e.dst, "f", filecopy.Options{Overwrite: filecopy.Always})
	})
	must(t, ctx.Err())
	e.mustCopy(t, "f")
}
