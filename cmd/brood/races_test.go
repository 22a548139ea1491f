//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// Races of somebody who may write in one of the two trees against a copy that may do
// more than he. They are run with --confine=never, too: that names lead nowhere out
// must hold without the kernel's help.

// raced are the flags of the copies. They always have something to do.
var raced = [][]string{
	{"--per-child=1", "--confine=never"},
	{"--per-child=7", "--confine=never", "--archive"},
	{"--per-child=7", "--archive", "--durable"},
	{"--per-child=3", "--resume"},
}

const raceTime = 700 * time.Millisecond // of one

// nested makes folders of files in the source: a/b/f-1 and so on. It has all that is copied in another way, too.
func (p place) nested(t *testing.T) {
	t.Helper()
	for _, folder := range []string{"a/b", "a/b/c", "d"} {
		must(t, os.MkdirAll(p.src+"/"+folder, 0o755))
		for i := range 4 {
			name := fmt.Sprintf("%s/%s/f-%d", p.src, folder, i)
			must(t, os.WriteFile(name, noise(3000, i), 0o640))
			must(t, os.Chtimes(name, longAgo, longAgo))
		}
		must(t, os.Symlink("f-1", p.src+"/"+folder+"/link"))
		must(t, os.Link(p.src+"/"+folder+"/f-1", p.src+"/"+folder+"/same"))
		must(t, unix.Mkfifo(p.src+"/"+folder+"/pipe", 0o600))
		_ = unix.Setxattr(p.src+"/"+folder, "user.of", []byte("the source"), 0) // some file systems have none
	}
}

// race copies again and again while somebody swaps two names, which are as they were afterwards.
func (p place) race(t *testing.T, flags []string, one, other string) {
	t.Helper()
	stop, swaps := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { swaps <- n }()
		for {
			select {
			case <-stop:
				if n%2 == 0 {
					return
				}
			default:
			}
			if unix.Renameat2(unix.AT_FDCWD, one, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE) == nil {
				n++
			}
			time.Sleep(time.Duration(n%50) * 10 * time.Microsecond) // now faster than a child, now slower
		}
	}()
	runs := 0
	for begun := time.Now(); runs == 0 || time.Since(begun) < raceTime; runs++ {
		r := start(t, p, p.copy(append(flags, "--overwrite=always", "--quiet")...))
		select {
		case <-r.ended:
		case <-time.After(testenv.Patience):
			close(stop)
			<-swaps
			t.Fatalf("it hangs: %q", p.alive())
		}
		if code := r.cmd.ProcessState.ExitCode(); code > 2 || code < 0 || strings.Contains(r.stderr(), "goroutine ") {
			t.Errorf("%v; it says:\n%s", r.cmd.ProcessState, r.stderr())
		}
	}
	close(stop)
	t.Logf("%d runs, %d swaps", runs, <-swaps)
}

// facts are all that can be changed of what is under a folder, by name. Whatever
// changes anything of a file changes its ctime.
func facts(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		must(t, err)
		info, err := e.Info()
		must(t, err)
		st := info.Sys().(*syscall.Stat_t)
		all[name] = fmt.Sprint(info.Mode(), st.Size, st.Mtim, st.Ctim, st.Uid, st.Gid, st.Nlink)
		return nil
	}))
	return all
}

func wantUntouched(t *testing.T, before map[string]string, dir string) {
	t.Helper()
	after := facts(t, dir)
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%q was %s, and is %q", name, was, after[name])
		}
		delete(after, name)
	}
	for name := range after {
		t.Errorf("%q was made", name)
	}
}

// outside makes a folder beside both trees, with what a copy would replace, sweep or change.
func (p place) outside(t *testing.T, contents string) string {
	t.Helper()
	dir := p.dir + "/outside"
	must(t, os.MkdirAll(dir+"/c", 0o700))
	for _, folder := range []string{"/", "/c/"} {
		for _, name := range []string{"f-0", "f-1", "f-2", "link", "same", ".f-3.00000000.brood", partialName("f-2")} {
			must(t, os.WriteFile(dir+folder+name, []byte(contents), 0o600))
			must(t, os.Chtimes(dir+folder+name, longAgo, longAgo))
		}
	}
	return dir
}

// A folder of the destination that is swapped for a link lets nothing out.
func TestFolderOfTheDestinationSwapped(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, to := range []string{"absolute", "relative"} {
		for _, flags := range raced {
			t.Run(to+" "+strings.Join(flags, " "), func(t *testing.T) {
				p := newPlace(t)
				p.nested(t)
				outside := p.outside(t, "outside")
				must(t, os.MkdirAll(p.dst+"/a/b", 0o755))
				link := map[string]string{"absolute": outside, "relative": "../../outside"}[to]
				must(t, os.Symlink(link, p.dir+"/spare"))
				before := facts(t, outside)
				p.race(t, flags, p.dst+"/a/b", p.dir+"/spare")
				wantUntouched(t, before, outside)
				p.noSecret(t, "outside")
			})
		}
	}
}

// A folder of the source that is swapped for a link brings nothing in.
func TestFolderOfTheSourceSwapped(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, flags := range raced {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			p := newPlace(t)
			p.nested(t)
			secret := p.outside(t, "secret")
			must(t, os.Symlink(secret, p.dir+"/spare"))
			before := facts(t, secret)
			p.race(t, flags, p.src+"/a/b", p.dir+"/spare")
			wantUntouched(t, before, secret)
			p.noSecret(t, "secret")
		})
	}
}

// A file that is swapped is copied as it was, as it is then, or not at all.
func TestFileOfTheSourceSwapped(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, plant := range map[string]func(t *testing.T, p place, spare string){
		"for a link to a secret": func(t *testing.T, p place, spare string) {
			must(t, os.Symlink(p.outside(t, "secret")+"/f-1", spare))
		},
		"for a link to another file": func(t *testing.T, p place, spare string) {
			must(t, os.WriteFile(p.src+"/other", []byte("secret"), 0o600))
			must(t, os.Symlink("../../other", spare))
		},
		"for a pipe":         func(t *testing.T, _ place, spare string) { must(t, unix.Mkfifo(spare, 0o600)) },
		"for a bigger file":  func(t *testing.T, _ place, spare string) { must(t, os.WriteFile(spare, noise(2<<20, 7), 0o600)) },
		"for a smaller file": func(t *testing.T, _ place, spare string) { must(t, os.WriteFile(spare, noise(5, 7), 0o600)) },
	} {
		for _, flags := range raced[:2] {
			t.Run(name+" "+strings.Join(flags, " "), func(t *testing.T) {
				p := newPlace(t)
				p.nested(t)
				spare := p.dir + "/spare"
				plant(t, p, spare)
				whole := [][]byte{read(p.src + "/a/b/f-1"), read(spare)}
				p.race(t, flags, p.src+"/a/b/f-1", spare)
				must(t, os.RemoveAll(p.dst+"/other"))
				p.noSecret(t, "secret")
				copied := p.dst + "/a/b/f-1"
				info, err := os.Lstat(copied)
				if err == nil && info.Mode().IsRegular() && !bytes.Equal(read(copied), whole[0]) && !bytes.Equal(read(copied), whole[1]) {
					t.Errorf("the copy is neither the one nor the other, but %d bytes", info.Size())
				}
			})
		}
	}
}

// read are the contents of a regular file.
func read(name string) []byte {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	b, _ := os.ReadFile(name)
	return b
}

// noSecret fails the test if a file of the destination has these contents.
func (p place) noSecret(t *testing.T, contents string) {
	t.Helper()
	if _, err := os.Lstat(p.dst); err != nil {
		return
	}
	dst := readTree(t, p.dst)
	for name, info := range dst.info {
		if !info.Mode().IsRegular() {
			continue
		}
		if got, err := dst.root.ReadFile(name); err != nil || string(got) == contents {
			t.Errorf("%q holds %q, %v", name, got, err)
		}
	}
}
