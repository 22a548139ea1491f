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

// partialName is what anybody can tell beforehand: the temporary name of a file's copy.
func partialName(base string) string {
	sum := fnv.New32a()
	sum.Write([]byte(base))
	return "." + base + "." + hex.EncodeToString(sum.Sum(nil)) + ".brood"
}

// TestPartialName: what is planted below is what a copy would take.
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

// plants are what somebody else may put where the temporary would be.
var plants = map[string]func(temporary, victim string) error{
	"a symlink":    func(temporary, victim string) error { return os.Symlink(victim, temporary) },
	"a dangling":   func(temporary, victim string) error { return os.Symlink(victim+"-none", temporary) },
	"a hard link":  func(temporary, victim string) error { return os.Link(victim, temporary) },
	"a pipe":       func(temporary, _ string) error { return unix.Mkfifo(temporary, 0o666) },
	"a folder":     func(temporary, _ string) error { return os.Mkdir(temporary, 0o777) },
	"an open file": func(temporary, _ string) error { return os.WriteFile(temporary, []byte("theirs"), 0o666) },
}

// What is planted under the name that the temporary would have is neither written
// to, nor given rights, nor in the way.
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
						t.Errorf("the victim was %s, and is %s", before, after)
					}
					if _, err := os.Lstat(victim + "-none"); err == nil {
						t.Error("it was made through the dangling link")
					}
					if files := p.wholeFiles(t); len(files) != 3 {
						t.Errorf("copied: %q", files)
					}
				})
			}
		}
	}
}

// shared makes the destination a folder where everybody may put things.
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

// another is the user who plants, where root can be anybody: but a victim's link
// has the victim's owner.
func another(planted string) int {
	if os.Getuid() != 0 || planted == "a hard link" {
		return -1
	}
	return 1234
}

func (p place) by(user string, flags ...string) *exec.Cmd {
	cmd := p.copy(flags...)
	if user != "root" && os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// victimIs are the facts of a file but for its names, of which one is removed.
func victimIs(t *testing.T, name string) string {
	t.Helper()
	info, err := os.Lstat(name)
	must(t, err)
	st := info.Sys().(*syscall.Stat_t)
	return fmt.Sprint(info.Mode(), info.ModTime(), st.Uid, st.Gid, string(read(name)))
}

// Both ends may be given as symlinks.
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
