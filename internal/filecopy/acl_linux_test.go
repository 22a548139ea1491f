package filecopy_test

import (
	"io/fs"
	"os"
	"os/exec"
	"strings"
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
