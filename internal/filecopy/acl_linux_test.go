package filecopy_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"brood/internal/filecopy"
)

// A destination's default ACL names other users. They get into no copy, and into no folder
// before it is full.
func TestDefaultACLIsNotInherited(t *testing.T) {
	for _, opts := range []filecopy.Options{{}, {Archive: true}} {
		t.Run(map[bool]string{false: "plain", true: "archive"}[opts.Archive], func(t *testing.T) {
			e := newEnds(t)
			setACL(t, "default:user:1234:rwx,default:group:5678:rwx", e.dstPath)
			must(t, e.src.MkdirAll("a/b", 0o770))
			for _, name := range []string{"f", "a/b/f"} {
				write(t, e.src, name, noise(namedSize), 0o660)
			}
			fifo(t, e.srcPath+"/fifo")
			during := opts
			during.Progress = func(int64) {
				wantPrivate(t, e.dst, "a/b")
				wantNoACL(t, e.dstPath, "a", "a/b")
			}
			_, err := e.copy("a/b/f", during)
			must(t, err)
			_, err = e.copy("f", opts)
			must(t, err)
			_, err = filecopy.Node(e.src, e.dst, "fifo", opts)
			must(t, err)
			for _, name := range []string{"a/b", "a"} {
				_, err := filecopy.Folder(e.src, e.dst, name, opts)
				must(t, err)
			}
			wantNoACL(t, e.dstPath, "a", "a/b", "a/b/f", "f", "fifo")
			if info, _ := e.dst.Stat("f"); info.Mode() != 0o660 {
				t.Errorf("mode %v", info.Mode())
			}
		})
	}
}

// Somebody gives the destination a default ACL during the copy of a folder. From then on copies may
// inherit it, but nobody whom it names gets more than all others have. Before, each copy has the mode
// of its source, with any umask.
func TestDefaultACLThatAppears(t *testing.T) {
	for _, mask := range []int{0o000, 0o022, 0o077} {
		old := syscall.Umask(mask)
		t.Cleanup(func() { syscall.Umask(old) })
		t.Run(fs.FileMode(mask).String(), func(t *testing.T) {
			e := newEnds(t)
			c := filecopy.NewCopier(e.src, e.dst)
			defer c.Close()
			copyAll := func(prefix string, check func(name string, perm fs.FileMode)) {
				t.Helper()
				for _, perm := range []fs.FileMode{
					0o400, 0o440, 0o444, 0o604, 0o640, 0o642, 0o644, 0o664, 0o666, 0o750, 0o755, 0o775, 0o777,
				} {
					name := prefix + perm.String()
					write(t, e.src, name, noise(10), perm)
					seen, err := c.Lstat(name)
					must(t, err)
					_, err = c.File(context.Background(), name, seen, filecopy.Options{})
					must(t, err)
					check(name, perm)
				}
			}
			copyAll("before", func(name string, perm fs.FileMode) {
				if info, _ := e.dst.Lstat(name); info.Mode() != perm {
					t.Errorf("%s: mode %v", name, info.Mode())
				}
				wantNoACL(t, e.dstPath, name)
			})
			setACL(t, "default:user:1234:rwx,default:group:5678:rwx", e.dstPath)
			copyAll("after", func(name string, perm fs.FileMode) {
				info, _ := e.dst.Lstat(name)
				if strings.Contains(xattrsOf(t, e.dstPath+"/"+name), "posix_acl") {
					perm &^= 0o070 &^ (perm << 3) // the group bits are the mask of the ACL
				}
				if info.Mode()&^perm != 0 {
					t.Errorf("%s: mode %v", name, info.Mode())
				}
			})
		})
	}
}

func wantNoACL(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if all := xattrsOf(t, dir+"/"+name); strings.Contains(all, "posix_acl") {
			t.Errorf("%s has an ACL: %s", name, all)
		}
	}
}

// The group bits of a file with an ACL are its mask. A copy without the ACL gives the group
// only the group's own rights.
func TestMaskIsNoRightOfTheGroup(t *testing.T) {
	const acl = "user::rwx,user:1234:rwx,group::---,mask::rwx,other::---"
	e := newEnds(t)
	must(t, e.src.MkdirAll("d", 0o700))
	write(t, e.src, "d/f", noise(10), 0o700)
	fifo(t, e.srcPath+"/d/fifo")
	for _, name := range []string{"d", "d/f", "d/fifo"} {
		setACL(t, acl, e.srcPath+"/"+name)
	}
	_, err := e.copy("d/f", filecopy.Options{})
	must(t, err)
	_, err = filecopy.Node(e.src, e.dst, "d/fifo", filecopy.Options{})
	must(t, err)
	for _, when := range []string{"before the folder is full", "at the end"} {
		for _, name := range []string{"d", "d/f", "d/fifo"} {
			if info, _ := e.dst.Stat(name); info.Mode().Perm() != 0o700 {
				t.Errorf("%s, %s: %v", when, name, info.Mode())
			}
		}
		must(t, e.folder("d"))
	}
}

// A folder that a copy makes keeps an inherited setgid bit, so that new files in it get its
// group.
func TestSetgidFolderAround(t *testing.T) {
	e := newEnds(t)
	must(t, os.Chmod(e.dstPath, fs.ModeSetgid|0o755))
	must(t, e.src.Mkdir("d", 0o755))
	write(t, e.src, "d/f", noise(10), 0o644)
	e.mustCopy(t, "d/f")
	if info, _ := e.dst.Stat("d"); info.Mode() != fs.ModeDir|fs.ModeSetgid|0o755 {
		t.Errorf("mode %v before the folder is full", info.Mode())
	}
}

// setACL adds entries to the ACLs of a file.
func setACL(t *testing.T, acl, path string) {
	t.Helper()
	if _, err := exec.LookPath("setfacl"); err != nil {
		t.Skip("needs acl: ", err)
	}
	if out, err := exec.Command("setfacl", "-m", acl, path).CombinedOutput(); err != nil {
		t.Skipf("needs ACLs: setfacl: %v: %s", err, out)
	}
}
