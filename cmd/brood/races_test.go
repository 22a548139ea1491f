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

// In these tests a user who may write in one of the two trees attacks a copy that has more rights. They also run with
// --confine=never: brood must not follow names out of the trees, even without the help of the kernel.

// raced holds the flags of the copies.
var raced = [][]string{
	{"--per-child=1", "--confine=never"},
	{"--per-child=7", "--confine=never", "--archive"},
	{"--per-child=7", "--archive", "--durable"},
	{"--per-child=3", "--resume"},
}

const raceTime = 700 * time.Millisecond // of one attack

// nested makes nested folders in the source, each with files, a symlink, a hard link, a pipe and an attribute.
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

// race copies again and again while a goroutine swaps two names. After that the names are as before.
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
			time.Sleep(time.Duration(n%50) * 10 * time.Microsecond) // sometimes faster than a child, sometimes slower
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
			t.Fatalf("no end within %v; alive: %q", testenv.Patience, p.alive())
		}
		if code := r.cmd.ProcessState.ExitCode(); code > 2 || code < 0 || strings.Contains(r.stderr(), "goroutine ") {
			t.Errorf("%v, want status 0 to 2 and no stack trace; stderr:\n%s", r.cmd.ProcessState, r.stderr())
		}
	}
	close(stop)
	t.Logf("%d runs, %d swaps", runs, <-swaps)
}

// facts describes each file below a folder, by name. Each change of a file changes its ctime, which is part of it.
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

// wantUntouched fails the test unless a folder is as it was before.
func wantUntouched(t *testing.T, before map[string]string, dir string) {
	t.Helper()
	after := facts(t, dir)
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%q is %q, want %q as before", name, after[name], was)
		}
		delete(after, name)
	}
	for name := range after {
		t.Errorf("%q is new, want no new file", name)
	}
}

// outside makes a folder beside both trees. Its files have names that a copy in it would replace, sweep or change.
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

// When a folder of the destination is swapped for a symlink, the copy changes nothing where the link leads.
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

// When a folder of the source is swapped for a symlink, the copy has no file from where the link leads.
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

// When a file of the source is swapped, its copy has the old contents or the new ones, or there is no copy.
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
		"for a pipe": func(t *testing.T, _ place, spare string) { must(t, unix.Mkfifo(spare, 0o600)) },
		"for a bigger file": func(t *testing.T, _ place, spare string) {
			must(t, os.WriteFile(spare, noise(2<<20, 7), 0o600))
		},
		"for a smaller file": func(t *testing.T, _ place, spare string) {
			must(t, os.WriteFile(spare, noise(5, 7), 0o600))
		},
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
				if err == nil && info.Mode().IsRegular() &&
					!bytes.Equal(read(copied), whole[0]) && !bytes.Equal(read(copied), whole[1]) {
					t.Errorf("the copy has %d bytes of other contents, want one of the two swapped files", info.Size())
				}
			})
		}
	}
}

// read returns the contents of a regular file, nil for anything else.
func read(name string) []byte {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	b, _ := os.ReadFile(name)
	return b
}

// noSecret fails the test if a file at the destination has these contents.
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
			t.Errorf("%q at the destination contains %q, %v; want other contents", name, got, err)
		}
	}
}
