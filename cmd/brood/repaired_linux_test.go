package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
)

// cap_net_raw+ep, and an ACL that lets nobody read: capabilities(7) and acl(5) in the form that the kernel keeps.
const (
	netRaw       = "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	nobodyMayACL = "\x02\x00\x00\x00\x01\x00\x06\x00\xff\xff\xff\xff\x02\x00\x04\x00\xfe\xff\x00\x00" +
		"\x04\x00\x04\x00\xff\xff\xff\xff\x10\x00\x04\x00\xff\xff\xff\xff\x20\x00\x04\x00\xff\xff\xff\xff"
)

// attributesOf holds the attributes that files of the source get after a run has copied them.
var attributesOf = map[string]struct{ name, value string }{
	"small-1": {"system.posix_acl_access", nobodyMayACL},
	"small-2": {"security.capability", netRaw},
	"small-3": {"user.comment", "take 2"},
	"small-5": {"user.empty", ""},
}

// With --archive the next run gives a finished copy the new attributes of its source and removes the revoked ones. It
// does not copy the file again: the copy keeps its inode.
func TestArchiveRepairsWhatIsDone(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to give capabilities")
	p := newPlace(t)
	p.small(t, 6, 10)
	start(t, p, p.copy("--archive")).wants(0)
	before := p.inodesThere(t)
	for _, revoked := range []bool{false, true} {
		p.setAttributes(t, revoked)
		dry := start(t, p, p.copy("--archive", "--dry-run"))
		dry.wantsRepaired(4)
		want := "repair \"small-1\"\nrepair \"small-2\"\nrepair \"small-3\"\nrepair \"small-5\"\n"
		if !strings.HasPrefix(dry.stdout(), want) {
			t.Errorf("stdout of a dry run %q, want it to begin with %q", dry.stdout(), want)
		}
		p.wantAttributes(t, !revoked)
		start(t, p, p.copy("--archive")).wantsRepaired(4)
		p.wantAttributes(t, revoked)
		start(t, p, p.copy("--archive")).wantsRepaired(0)
	}
	if got := p.inodesThere(t); got != before {
		t.Errorf("inodes %v, want those of the first copy, %v", got, before)
	}
}

// When brood cannot give attributes to a copy, each run warns and starts no child for it. With --strict the files
// fail.
func TestWhatCannotBeRepaired(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to give capabilities, and to mount")
	for name, row := range map[string]struct {
		user   int
		fs     string
		lost   string
		failed int
	}{
		"an ordinary user":             {nobody, "", "capabilities of 1", 1},
		"no attributes":                {0, "ramfs", "ACL of 1, capabilities of 1, extended attributes of 2", 4},
		"no attributes, and no rights": {nobody, "ramfs", "ACL of 1, capabilities of 1, extended attributes of 2", 4},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 6, 10)
			must(t, os.Mkdir(p.dst, 0o755))
			if row.fs != "" {
				if err := syscall.Mount("none", p.dst, row.fs, 0, ""); err != nil {
					t.Skipf("needs root: mount: %v", err)
				}
				t.Cleanup(func() { unmount(t, p.dst) })
			}
			must(t, os.Chown(p.dst, row.user, row.user))
			for _, name := range []string{"", "/small-1", "/small-2", "/small-3", "/small-4", "/small-5", "/small-6"} {
				must(t, os.Chown(p.src+name, row.user, row.user))
			}
			p.setAttributes(t, false)
			copy := func(flags ...string) *run {
				cmd := p.copy(append(flags, "--archive")...)
				user := uint32(row.user)
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
				return start(t, p, cmd)
			}
			copy().wants(0)
			for range 2 {
				again := copy()
				again.wantsRepaired(0)
				want := "  skipped   6\n  failed    0\n  not kept  " + row.lost + "\n"
				if !strings.Contains(again.stdout(), want) {
					t.Errorf("stdout of the next run lacks %q:\n%s", want, again.stdout())
				}
			}
			strict := copy("--strict")
			strict.wants(1)
			if failed := strict.of(event.Failed); len(failed) != row.failed {
				t.Errorf("--strict: %d failures, want %d: %+v", len(failed), row.failed, failed)
			}
		})
	}
}

// wantsRepaired waits for the end, and fails the test unless the run copied nothing and repaired n files, each by its
// own child.
func (r *run) wantsRepaired(n int) {
	r.Helper()
	r.wants(0)
	end := r.of(event.Finished)
	if len(end) != 1 || end[0].Files+end[0].Planned != 0 || end[0].Repaired != n {
		r.Errorf("finished: %+v, want %d files repaired and none copied", end, n)
		return
	}
	if end[0].DryRun {
		n = 0
	}
	children := 0
	for _, e := range r.of(event.Started) {
		if strings.HasPrefix(e.Name, "copy-") {
			children++
		}
	}
	if children != n {
		r.Errorf("%d children for files, want %d", children, n)
	}
}

// setAttributes gives attributesOf to the files of the source, or revokes them.
func (p place) setAttributes(t *testing.T, revoked bool) {
	t.Helper()
	for name, x := range attributesOf {
		err := unix.Setxattr(p.src+"/"+name, x.name, []byte(x.value), 0)
		if revoked {
			err = unix.Removexattr(p.src+"/"+name, x.name)
		}
		if err != nil {
			t.Skipf("needs a temporary folder with %s: %v", x.name, err)
		}
	}
}

// wantAttributes fails the test unless the destination has attributesOf, or none of them after they were revoked.
func (p place) wantAttributes(t *testing.T, revoked bool) {
	t.Helper()
	for name, x := range attributesOf {
		value := make([]byte, 100)
		n, err := unix.Getxattr(p.dst+"/"+name, x.name, value)
		switch {
		case revoked && err != unix.ENODATA:
			t.Errorf("%s has %s (%v), want it revoked", name, x.name, err)
		case !revoked && (err != nil || string(value[:n]) != x.value):
			t.Errorf("%s has %s %q, %v; want %q", name, x.name, value[:max(n, 0)], err, x.value)
		}
	}
}

// inodesThere returns the inode numbers of the copies.
func (p place) inodesThere(t *testing.T) (all [6]uint64) {
	t.Helper()
	for i := range all {
		var st syscall.Stat_t
		must(t, syscall.Stat(fmt.Sprintf("%s/small-%d", p.dst, i+1), &st))
		all[i] = st.Ino
	}
	return all
}
