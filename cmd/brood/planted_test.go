//go:build linux

package main

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// partialName returns the temporary name of a file's copy. Anybody can compute it before the copy begins.
func partialName(base string) string {
	sum := fnv.New32a()
	sum.Write([]byte(base))
	return "." + base + "." + hex.EncodeToString(sum.Sum(nil)) + ".brood"
}

// TestPartialName checks that partialName, which the tests below rely on, is the name that a copy takes.
func TestPartialName(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	r := start(t, p, p.copySlowly("--jobs=1"))
	held := r.hold(1)
	if names := p.leftovers(t); len(names) != 1 || names[0] != partialName("big-1") {
		t.Errorf("the temporary is %q, want %q", names, partialName("big-1"))
	}
	goOn(held)
	r.wants(0)
}

// plants are what another user may put under the temporary name.
var plants = map[string]func(temporary, victim string) error{
	"a symlink":    func(temporary, victim string) error { return os.Symlink(victim, temporary) },
	"a dangling":   func(temporary, victim string) error { return os.Symlink(victim+"-none", temporary) },
	"a hard link":  func(temporary, victim string) error { return os.Link(victim, temporary) },
	"a pipe":       func(temporary, _ string) error { return unix.Mkfifo(temporary, 0o666) },
	"a folder":     func(temporary, _ string) error { return os.Mkdir(temporary, 0o777) },
	"an open file": func(temporary, _ string) error { return os.WriteFile(temporary, []byte("theirs"), 0o666) },
}

// When another user has put something under the temporary name, brood copies the file all the same. It does not write
// to the planted thing, and does not change its rights.
func TestPlantedTemporary(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, plant := range plants {
		for _, user := range []string{"root", "nobody"} {
			for _, flag := range []string{"--quiet", "--resume", "--archive"} {
				t.Run(fmt.Sprint(name, " for ", user, " ", flag), func(t *testing.T) {
					p := newPlace(t)
					p.small(t, 3, 20_000)
					victim := p.dir + "/victim"
					must(t, os.WriteFile(victim, []byte("untouched"), 0o600))
					must(t, os.Chtimes(victim, longAgo, longAgo))
					p.shared(t, user)
					for i := range 3 {
						temporary := p.dst + "/" + partialName(fmt.Sprintf("small-%d", i+1))
						must(t, plant(temporary, victim))
						must(t, os.Lchown(temporary, another(name), -1))
					}
					before := victimIs(t, victim)
					r := start(t, p, p.by(user, flag))
					r.wants(0)
					if after := victimIs(t, victim); after != before {
						t.Errorf("the victim is %s, want %s as before", after, before)
					}
					if _, err := os.Lstat(victim + "-none"); err == nil {
						t.Error("a file was made through the dangling link, want none")
					}
					if files := p.wholeFiles(t); len(files) != 3 {
						t.Errorf("copied: %q, want three files", files)
					}
				})
			}
		}
	}
}

// shared makes the destination a folder where each user may make files.
func (p place) shared(t *testing.T, user string) {
	t.Helper()
	must(t, os.Mkdir(p.dst, 0o755))
	must(t, os.Chmod(p.dst, os.ModeSticky|0o777))
	if user == "root" {
		needsRoot(t, "to copy as root")
	} else if os.Getuid() == 0 {
		must(t, os.Lchown(p.dst, nobody, nobody))
		for _, e := range []string{"", "/small-1", "/small-2", "/small-3"} {
			must(t, os.Lchown(p.src+e, nobody, nobody))
		}
	}
}

// another returns the owner for a planted thing, -1 to keep its owner. Only root can choose, and a hard link has the
// owner of the victim.
func another(planted string) int {
	if os.Getuid() != 0 || planted == "a hard link" {
		return -1
	}
	return 1234
}

// by returns the command brood copy, run by root or by nobody.
func (p place) by(user string, flags ...string) *exec.Cmd {
	cmd := p.copy(flags...)
	if user != "root" && os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// victimIs describes a file, without its link count: the copy removes one of its names.
func victimIs(t *testing.T, name string) string {
	t.Helper()
	info, err := os.Lstat(name)
	must(t, err)
	st := info.Sys().(*syscall.Stat_t)
	return fmt.Sprint(info.Mode(), info.ModTime(), st.Uid, st.Gid, string(read(name)))
}

// Source and destination may be given as symlinks to folders.
func TestEndsAreLinks(t *testing.T) {
	t.Parallel()
	for _, flags := range []string{"--confine=auto", "--confine=never", "--archive", "--durable"} {
		t.Run(flags, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 5, 1000)
			must(t, os.Mkdir(p.src+"/folder", 0o755))
			must(t, os.Mkdir(p.dst, 0o755))
			must(t, os.Symlink("src", p.dir+"/from"))
			must(t, os.Symlink("dst", p.dir+"/to"))
			r := start(t, p, p.brood("copy", flags, p.dir+"/from", p.dir+"/to"))
			r.wants(0)
			p.equal(t)
		})
	}
}
