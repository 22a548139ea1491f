package filecopy_test

import (
	"os"
	"syscall"
	"testing"

	"brood/internal/filecopy"
)

// A run with Archive gives existing copies the attributes that they lack. It changes each copy
// in place, and only once.
func TestArchiveOverAPlainCopy(t *testing.T) {
	e := subfolders(t, mountDisk(t, "xfs"))
	plantTree(t, e.srcPath)
	want := treeOf(t, e.srcPath)
	run := func(opts filecopy.Options) {
		t.Helper()
		if _, err := e.copyTree(opts); err != nil {
			t.Fatal(err)
		}
	}
	run(filecopy.Options{})
	setXattr(t, e.dstPath+"/setuid", "user.theirs", "goes")
	setLinkTime(t, e.dstPath+"/link", longAgo.Add(1))
	plain := inodes(t, e.dst)
	run(filecopy.Options{Archive: true, Overwrite: filecopy.Never})
	if got := inodes(t, e.dst); got != plain {
		t.Errorf("never: inodes and times %v; want %v", got, plain)
	}
	run(strictly)
	wantTree(t, treeOf(t, e.dstPath), want)
	done := inodes(t, e.dst)
	for i := range done {
		if done[i].inode != plain[i].inode || done[i].changed == plain[i].changed {
			t.Errorf("file %d: %v; want the same inode as %v, changed", i, done[i], plain[i])
		}
	}
	run(strictly)
	if got := inodes(t, e.dst); got != done {
		t.Errorf("again: inodes and times %v; want %v", got, done)
	}
}

type inode struct {
	inode   uint64
	changed syscall.Timespec
}

// inodes returns the inodes of some files that lack attributes without Archive.
func inodes(t *testing.T, root *os.Root) (all [6]inode) {
	t.Helper()
	for i, name := range []string{"acl", "attributes", "capable", "setuid", "link", "fifo"} {
		st := stat(t, root, name)
		all[i] = inode{st.Ino, st.Ctim}
	}
	return all
}

// If the destination cannot hold the attributes, each run reports the loss.
func TestLostAgain(t *testing.T) {
	e := endsAt(t, t.TempDir(), mountAny(t, "ramfs"))
	write(t, e.src, "f", nil, 0o644)
	setXattr(t, e.srcPath+"/f", "user.a", "lost")
	for range 2 {
		res, err := e.copy("f", archived)
		must(t, err)
		if len(res.Lost) != 1 || res.Lost[0] != filecopy.LostXattrs {
			t.Errorf("lost %q", res.Lost)
		}
	}
	_, err := e.copy("f", strictly)
	wantError(t, err, filecopy.ErrLost, "keep extended attributes: not possible here")
}
