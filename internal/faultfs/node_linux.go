package faultfs

import (
	"context"
	"strconv"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// node is a file, folder or link, held by an O_PATH descriptor: a path would not do,
// since it has as many as its name has spellings.
type node struct {
	fs.Inode
	tree *tree
	fd   int
}

// path is by which calls reach the node that take no descriptor of this sort (proc(5)).
func (n *node) path() string { return "/proc/self/fd/" + strconv.Itoa(n.fd) }

// child is the entry with this spelling. The caller holds mu.
func (n *node) child(ctx context.Context, spelled string, out *fuse.EntryOut) (*fs.Inode, error) {
	fd, err := unix.Openat(n.fd, spelled, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return nil, err
	}
	out.FromStat(&st)
	if known, ok := n.tree.nodes[st.Ino]; ok {
		unix.Close(fd)
		return known.EmbeddedInode(), nil
	}
	child := &node{tree: n.tree, fd: fd}
	n.tree.nodes[st.Ino] = child
	return n.NewPersistentInode(ctx, child, fs.StableAttr{Mode: st.Mode, Ino: st.Ino}), nil
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	var st syscall.Stat_t
	err := syscall.Fstat(n.fd, &st)
	out.FromStat(&st)
	return fs.ToErrno(err)
}

func (n *node) Setattr(ctx context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if mode, ok := in.GetMode(); ok {
		if err := unix.Chmod(n.path(), mode); err != nil {
			return fs.ToErrno(err)
		}
	}
	if errno := n.chown(in); errno != 0 {
		return errno
	}
	if size, ok := in.GetSize(); ok {
		if err := unix.Truncate(n.path(), int64(size)); err != nil {
			return fs.ToErrno(err)
		}
	}
	if errno := n.chtimes(in); errno != 0 {
		return errno
	}
	return n.Getattr(ctx, nil, out)
}

func (n *node) chown(in *fuse.SetAttrIn) syscall.Errno {
	uid, haveUID := in.GetUID()
	gid, haveGID := in.GetGID()
	if !haveUID && !haveGID {
		return 0
	}
	owner, group := -1, -1
	if haveUID {
		owner = int(uid)
	}
	if haveGID {
		group = int(gid)
	}
	return fs.ToErrno(unix.Fchownat(n.fd, "", owner, group, unix.AT_EMPTY_PATH))
}

func (n *node) chtimes(in *fuse.SetAttrIn) syscall.Errno {
	times := []unix.Timespec{{Nsec: unix.UTIME_OMIT}, {Nsec: unix.UTIME_OMIT}}
	if at, ok := in.GetATime(); ok {
		times[0] = unix.NsecToTimespec(at.UnixNano())
	}
	if at, ok := in.GetMTime(); ok {
		times[1] = unix.NsecToTimespec(at.UnixNano())
	}
	return fs.ToErrno(unix.UtimesNanoAt(n.fd, "", times, unix.AT_EMPTY_PATH))
}

func (n *node) Readlink(context.Context) ([]byte, syscall.Errno) {
	target := make([]byte, unix.PathMax)
	size, err := unix.Readlinkat(n.fd, "", target)
	return target[:max(size, 0)], fs.ToErrno(err)
}

func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	// What is at path is a link, and followed; the kernel has seen to the name.
	fd, err := unix.Open(n.path(), int(flags)&^(unix.O_APPEND|unix.O_NOFOLLOW)|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, 0, fs.ToErrno(err)
	}
	return fs.NewLoopbackFile(fd), 0, 0
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	return fs.NewLoopbackDirStream(n.path())
}

// Fsync is that of a folder, too.
func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	fd, err := unix.Open(n.path(), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fs.ToErrno(err)
	}
	defer unix.Close(fd)
	return fs.ToErrno(unix.Fsync(fd))
}

func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	var st syscall.Statfs_t
	err := syscall.Statfs(n.path(), &st)
	out.FromStatfsT(&st)
	return fs.ToErrno(err)
}
