//go:build linux

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// rsyncSees returns what rsync would change at the destination. rsync compares contents, hard links and all
// attributes.
func (p place) rsyncSees(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("rsync", "-naHAXic", "--delete", p.src+"/", p.dst+"/").CombinedOutput()
	must(t, err)
	return string(out)
}

// After a copy with --archive, rsync finds no difference; also when an earlier run copied the files without --archive.
func TestArchiveAsRsyncSeesIt(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	needsRoot(t, "to give files away")
	needs(t, "rsync")
	p := newPlace(t)
	p.oneOfEach(t)
	for _, flags := range []string{"--archive", "--archive --durable --verify", "", "--archive --per-child=100"} {
		t.Run("copy "+flags, func(t *testing.T) {
			start(t, p, p.copy(strings.Fields(flags)...)).wants(0)
			if flags == "" {
				must(t, os.RemoveAll(p.dst))
				start(t, p, p.copy()).wants(0)
				if p.rsyncSees(t) == "" {
					t.Error("rsync sees no difference after a copy without --archive, want some")
				}
				return
			}
			if got := p.rsyncSees(t); got != "" {
				t.Errorf("rsync sees differences, want none:\n%s", got)
			}
		})
	}
}

// oneOfEach makes a source with each kind of file and attribute.
func (p place) oneOfEach(t *testing.T) {
	t.Helper()
	p.small(t, 4, 20_000)
	must(t, os.MkdirAll(p.src+"/d/empty", 0o755))
	must(t, os.Link(p.src+"/small-1", p.src+"/d/link-1"))
	must(t, os.Link(p.src+"/small-1", p.src+"/zlink-1"))
	must(t, os.Symlink("../small-1", p.src+"/d/symlink"))
	must(t, os.Lchown(p.src+"/d/symlink", 1234, 5678))
	must(t, syscall.Mkfifo(p.src+"/fifo", 0o640))
	must(t, syscall.Mknod(p.src+"/null", syscall.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
	must(t, os.Truncate(p.src+"/small-4", 32<<20))
	must(t, os.Chown(p.src+"/small-2", 1234, 5678))
	must(t, syscall.Chmod(p.src+"/small-2", 0o6755))
	must(t, os.Chown(p.src+"/d", 1234, 0))
	must(t, syscall.Chmod(p.src+"/d", 0o3775))
	must(t, unix.Setxattr(p.src+"/small-3", "user.comment", []byte("take 2"), 0))
	must(t, unix.Setxattr(p.src+"/d/empty", "user.empty", nil, 0))
	// cap_net_raw+ep, and an ACL that lets user 1000 read: capabilities(7) and acl(5) in the form that the kernel
	// keeps.
	must(t, unix.Setxattr(p.src+"/small-3", "security.capability", []byte(netRaw), 0))
	acl := "\x02\x00\x00\x00\x01\x00\x06\x00\xff\xff\xff\xff\x02\x00\x04\x00\xe8\x03\x00\x00" +
		"\x04\x00\x04\x00\xff\xff\xff\xff\x10\x00\x06\x00\xff\xff\xff\xff\x20\x00\x00\x00\xff\xff\xff\xff"
	must(t, unix.Setxattr(p.src+"/small-3", "system.posix_acl_access", []byte(acl), 0))
	must(t, unix.Setxattr(p.src+"/d", "system.posix_acl_default", []byte(acl), 0))
	for _, name := range []string{"/small-1", "/small-2", "/d/empty", "/d"} {
		must(t, os.Chtimes(p.src+name, longAgo, longAgo))
	}
}
