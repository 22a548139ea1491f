package faultfs

import (
	"context"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
	"golang.org/x/text/unicode/norm"
)

// fold returns the same string for all names that Options.Fold treats as equal.
func fold(name string) string { return norm.NFC.String(strings.ToLower(norm.NFC.String(name))) }

// spelled returns the spelling of name in the folder beneath, or name itself if there is no such entry.
// The caller holds mu.
func (n *node) spelled(name string) (string, error) {
	if refuse := n.tree.opts.Refuse; refuse != nil {
		if err := refuse(name); err != nil {
			return "", err
		}
	}
	if !n.tree.opts.Fold {
		return name, nil
	}
	dir, err := os.Open(n.path())
	if err != nil {
		return "", err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return "", err
	}
	folded := fold(name)
	for _, there := range names {
		if fold(there) == folded {
			return there, nil
		}
	}
	return name, nil
}

// locked calls do with the spelling of a name. Meanwhile no name changes.
func (n *node) locked(name string, do func(spelled string) error) syscall.Errno {
	n.tree.mu.Lock()
	defer n.tree.mu.Unlock()
	spelled, err := n.spelled(name)
	if err == nil {
		err = do(spelled)
	}
	return fs.ToErrno(err)
}

// named carries out an operation on a name in the folder, with its faults.
func (n *node) named(ctx context.Context, op Op, name string, do func(spelled string) error) syscall.Errno {
	if errno := n.meet(ctx, op, n.within(name)); errno != 0 {
		return errno
	}
	return n.locked(name, do)
}

// within returns the path of a name in the folder, as rules name it.
func (n *node) within(name string) string { return path.Join(n.name(), name) }

// made calls make for the name, and returns the node of the entry.
func (n *node) made(
	ctx context.Context, op Op, name string, out *fuse.EntryOut, make func(spelled string) error,
) (child *node, errno syscall.Errno) {
	errno = n.named(ctx, op, name, func(spelled string) (err error) {
		if err = make(spelled); err == nil {
			child, err = n.child(ctx, spelled, out)
		}
		return err
	})
	return child, errno
}

// inode is made, with the result that go-fuse needs.
func (n *node) inode(
	ctx context.Context, op Op, name string, out *fuse.EntryOut, make func(spelled string) error,
) (*fs.Inode, syscall.Errno) {
	child, errno := n.made(ctx, op, name, out, make)
	if errno != 0 {
		return nil, errno
	}
	return child.EmbeddedInode(), 0
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.inode(ctx, Lookup, name, out, func(string) error { return nil })
}

func (n *node) Create(
	ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut,
) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	fd := -1
	child, errno := n.made(ctx, Create, name, out, func(spelled string) (err error) {
		fd, err = unix.Openat(n.fd, spelled, beneathFlags(flags)|unix.O_CREAT, mode)
		return err
	})
	if errno != 0 {
		unix.Close(fd)
		return nil, nil, 0, errno
	}
	return child.EmbeddedInode(), child.opened(fd), n.tree.openFlags(), 0
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.inode(ctx, Mkdir, name, out, func(spelled string) error { return unix.Mkdirat(n.fd, spelled, mode) })
}

func (n *node) Mknod(
	ctx context.Context, name string, mode, dev uint32, out *fuse.EntryOut,
) (*fs.Inode, syscall.Errno) {
	return n.inode(ctx, Mknod, name, out, func(spelled string) error {
		return unix.Mknodat(n.fd, spelled, mode, int(dev))
	})
}

func (n *node) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.inode(ctx, Symlink, name, out, func(spelled string) error { return unix.Symlinkat(target, n.fd, spelled) })
}

func (n *node) Link(
	ctx context.Context, of fs.InodeEmbedder, name string, out *fuse.EntryOut,
) (*fs.Inode, syscall.Errno) {
	return n.inode(ctx, Link, name, out, func(spelled string) error {
		return unix.Linkat(unix.AT_FDCWD, of.(*node).path(), n.fd, spelled, unix.AT_SYMLINK_FOLLOW)
	})
}

func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	return n.named(ctx, Unlink, name, func(spelled string) error { return unix.Unlinkat(n.fd, spelled, 0) })
}

func (n *node) Rmdir(ctx context.Context, name string) syscall.Errno {
	return n.named(ctx, Rmdir, name, func(spelled string) error {
		return unix.Unlinkat(n.fd, spelled, unix.AT_REMOVEDIR)
	})
}

func (n *node) Rename(
	ctx context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32,
) syscall.Errno {
	to := parent.(*node)
	if errno := n.meet(ctx, Rename, n.within(name), to.within(newName)); errno != 0 {
		return errno
	}
	return n.locked(name, func(spelled string) error {
		newSpelled, err := to.spelled(newName)
		if err != nil {
			return err
		}
		return unix.Renameat2(n.fd, spelled, to.fd, newSpelled, uint(flags))
	})
}
