package filecopy

import (
	"io/fs"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// After each step of giving, nobody may enter before the owner is the source's, and no special
// bit is set before the rest is complete.
func TestNoStepLetsInTooEarly(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: chown")
	}
	for _, mode := range []fs.FileMode{0o777, 0o640, fs.ModeSetuid | fs.ModeSetgid | 0o755, fs.ModeSetuid | 0o711} {
		t.Run(mode.String(), func(t *testing.T) {
			_, root := tempRoot(t)
			from := madeAs(t, root, "from", 1234, 5678, mode)
			to := madeAs(t, root, "to", 0, 0, 0o600)
			info, err := from.Stat()
			check(t, err)
			g := giving{to: inodeOf(to)}
			check(t, g.read(inodeOf(from), info))
			steps := g.steps()
			for i, step := range steps {
				check(t, step())
				now, err := to.Stat()
				check(t, err)
				uid, gid := ownerOf(now)
				owned := uid == 1234 && gid == 5678
				if got := now.Mode(); got != 0o600 && (!owned || got&^mode != 0 || got&specialBits != 0 && i < 3) {
					t.Errorf("after step %d: %v of %d:%d", i, got, uid, gid)
				}
				if now.Mode() == mode != (i >= 3) {
					t.Errorf("after step %d: %v; want %v only after the fourth", i, now.Mode(), mode)
				}
			}
		})
	}
}

func madeAs(t *testing.T, root *os.Root, name string, uid, gid int, mode fs.FileMode) *os.File {
	t.Helper()
	f, err := root.Create(name)
	check(t, err)
	t.Cleanup(func() { f.Close() })
	check(t, f.Chown(uid, gid))
	check(t, f.Chmod(mode))
	return f
}

func TestWithoutACL(t *testing.T) {
	const userObj, user, groupObj, group, mask, other = 1, aclUser, aclGroupObj, aclGroup, aclMask, 0x20
	type entry struct{ tag, rights byte }
	for _, tt := range []struct {
		name       string
		mode, want fs.FileMode
		entries    []entry
	}{
		{"the mask gives the group no rights", 0o660, 0o600,
			[]entry{{userObj, 6}, {user, 6}, {groupObj, 0}, {mask, 6}, {other, 0}}},
		{"the mask bounds the group", 0o640, 0o640,
			[]entry{{userObj, 6}, {user, 7}, {groupObj, 6}, {mask, 4}, {other, 0}}},
		{"a user without rights shuts out all", 0o644, 0o600,
			[]entry{{userObj, 6}, {user, 0}, {groupObj, 4}, {mask, 4}, {other, 4}}},
		{"a group that may only read", 0o666, 0o644,
			[]entry{{userObj, 6}, {groupObj, 6}, {group, 4}, {mask, 6}, {other, 6}}},
		{"nobody named", 0o754, 0o754,
			[]entry{{userObj, 7}, {groupObj, 5}, {other, 4}}},
		{"special bits stay", fs.ModeSetuid | 0o755, fs.ModeSetuid | 0o755,
			[]entry{{userObj, 7}, {user, 7}, {groupObj, 5}, {mask, 5}, {other, 5}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			acl := []byte{aclVersion, 0, 0, 0}
			for _, e := range tt.entries {
				acl = append(acl, e.tag, 0, e.rights, 0, 1, 2, 3, 4)
			}
			if got := withoutACL(tt.mode, acl); got != tt.want {
				t.Errorf("%v; want %v", got, tt.want)
			}
		})
	}
	for _, acl := range []string{"", "\x01\x00\x00\x00", "\x02\x00"} {
		if got := withoutACL(0o777, []byte(acl)); got != 0o700 {
			t.Errorf("%q: %v; want no rights for others", acl, got)
		}
	}
}

// pinSeen does not pin another file than the one seen.
func TestSourceReplacedBeforeItIsPinned(t *testing.T) {
	for _, tt := range []struct {
		name    string
		replace func(dir string) error
	}{
		{"by nothing", func(string) error { return nil }},
		{"by a symlink to it", func(dir string) error { return os.Symlink("kept", dir+"/f") }},
		{"by another", func(dir string) error { return unix.Mkfifo(dir+"/f", 0o600) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, root := tempRoot(t)
			check(t, unix.Mkfifo(dir+"/f", 0o600))
			seen, err := root.Lstat("f")
			check(t, err)
			check(t, root.Rename("f", "kept"))
			check(t, tt.replace(dir))
			if _, err := pinSeen(root, "f", seen); err != errOpenedChanged {
				t.Errorf("error %v; want %v", err, errOpenedChanged)
			}
		})
	}
}

// A file of another kind that takes the temporary's name gets no attributes.
func TestTemporaryReplacedBeforeItIsPinned(t *testing.T) {
	dir, root := tempRoot(t)
	check(t, unix.Mkfifo(dir+"/fifo", 0o644))
	check(t, root.WriteFile("victim", nil, 0o600))
	check(t, root.Link("victim", "temporary"))
	info, err := root.Lstat("fifo")
	check(t, err)
	for _, opts := range []Options{{}, {Archive: true}} {
		if _, err := keepByName(root, "fifo", info, root, "temporary", opts); err != errOpenedChanged {
			t.Errorf("error %v; want %v", err, errOpenedChanged)
		}
	}
	if victim, err := root.Lstat("victim"); err != nil || victim.Mode() != 0o600 {
		t.Errorf("the victim has mode %v, %v", victim.Mode(), err)
	}
}

// A pinned inode stays the same if a symlink takes its name, and does not follow the symlink.
func TestPinnedIsNotFollowed(t *testing.T) {
	dir, root := tempRoot(t)
	check(t, unix.Mkfifo(dir+"/fifo", 0o600))
	check(t, root.WriteFile("victim", nil, 0o600))
	to, err := pin(root, "fifo")
	check(t, err)
	defer to.close()
	check(t, root.Rename("fifo", "moved"))
	check(t, root.Symlink("victim", "fifo"))
	check(t, to.chmod(0o640))
	for name, want := range map[string]fs.FileMode{"moved": fs.ModeNamedPipe | 0o640, "victim": 0o600} {
		if info, err := root.Lstat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}
