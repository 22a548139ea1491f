package faultfs

import (
	"context"
	"strconv"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// tree is the state that the nodes of one file system share.
type tree struct {
	opts    Options
	faults  faults
	handles handles

	// mu guards the lookup and the change of names. The folder beneath does not fold, so it would
	// accept two names that fold to one.
	mu    sync.Mutex
	top   *node
	nodes map[uint64]*node // by inode number, until the file system is unmounted
}

func newTree(beneath string, opts Options) (*tree, error) {
	fd, err := unix.Open(beneath, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	t := &tree{opts: opts, nodes: map[uint64]*node{}}
	t.faults.ended = make(chan struct{})
	t.handles.all = map[any]func(){}
	t.top = &node{tree: t, fd: fd}
	return t, nil
}

// close closes all descriptors. The caller has ended the server.
func (t *tree) close() {
	t.handles.closeAll()
	unix.Close(t.top.fd)
	for _, n := range t.nodes {
		unix.Close(n.fd)
	}
}

// node is a file, folder or link. An O_PATH descriptor identifies it. Its path does not, since every spelling
// of its name makes a path.
type node struct {
	fs.Inode
	tree *tree
	fd   int
}

// path returns a path to the node (proc(5)), for calls that do not take an O_PATH descriptor.
func (n *node) path() string { return "/proc/self/fd/" + strconv.Itoa(n.fd) }

// name returns the node's path for rules. A node with several names has one of them, a removed node has none.
func (n *node) name() string {
	if n == n.tree.top {
		return "."
	}
	return n.Path(nil)
}

// meet applies the faults of an operation on the node, or on entries with these names.
func (n *node) meet(ctx context.Context, op Op, names ...string) syscall.Errno {
	if names == nil {
		names = []string{n.name()}
	}
	_, errno := n.tree.faults.meet(ctx, request{op: op, names: names})
	return errno
}

// meetAt applies the faults of an operation on size bytes from off on.
func (n *node) meetAt(ctx context.Context, op Op, off, size int64) (flips []*Fault, errno syscall.Errno) {
	return n.tree.faults.meet(ctx, n.bytes(op, off, size))
}

// transfer applies the faults of a read or write. It returns the part of the data to move.
func (n *node) transfer(
	ctx context.Context, op Op, data []byte, off int64,
) (part []byte, flips []*Fault, errno syscall.Errno) {
	end := n.tree.faults.whole(n.bytes(op, off, int64(len(data))))
	flips, errno = n.meetAt(ctx, op, off, end-off)
	return data[:end-off], flips, errno
}

func (n *node) bytes(op Op, off, size int64) request {
	return request{op: op, names: []string{n.name()}, ranged: true, start: off, end: off + size, cut: n.cut}
}

// cut truncates the file to size, if it is longer.
func (n *node) cut(size int64) syscall.Errno {
	var st syscall.Stat_t
	err := syscall.Fstat(n.fd, &st)
	if err == nil && st.Size > size {
		err = unix.Truncate(n.path(), size)
	}
	return fs.ToErrno(err)
}

// child returns the node of the entry with this spelling. The caller holds mu.
func (n *node) child(ctx context.Context, spelled string, out *fuse.EntryOut) (*node, error) {
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
		return known, nil
	}
	child := &node{tree: n.tree, fd: fd}
	n.tree.nodes[st.Ino] = child
	n.NewPersistentInode(ctx, child, fs.StableAttr{Mode: st.Mode, Ino: st.Ino})
	return child, nil
}

func (n *node) Getattr(ctx context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if errno := n.meet(ctx, Getattr); errno != 0 {
		return errno
	}
	return n.attributes(out)
}

func (n *node) attributes(out *fuse.AttrOut) syscall.Errno {
	var st syscall.Stat_t
	err := syscall.Fstat(n.fd, &st)
	out.FromStat(&st)
	return fs.ToErrno(err)
}

func (n *node) Setattr(ctx context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if errno := n.meet(ctx, Setattr); errno != 0 {
		return errno
	}
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
	return n.attributes(out)
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

func (n *node) Readlink(ctx context.Context) ([]byte, syscall.Errno) {
	if errno := n.meet(ctx, Readlink); errno != 0 {
		return nil, errno
	}
	target := make([]byte, unix.PathMax)
	size, err := unix.Readlinkat(n.fd, "", target)
	return target[:max(size, 0)], fs.ToErrno(err)
}

func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if errno := n.meet(ctx, Open); errno != 0 {
		return nil, 0, errno
	}
	fd, err := unix.Open(n.path(), beneathFlags(flags), 0)
	if err != nil {
		return nil, 0, fs.ToErrno(err)
	}
	return n.opened(fd), n.tree.openFlags(), 0
}

func (n *node) Opendir(ctx context.Context) syscall.Errno { return n.meet(ctx, Open) }

func (n *node) Readdir(ctx context.Context) (fs.DirStream, syscall.Errno) {
	if errno := n.meet(ctx, Readdir); errno != 0 {
		return nil, errno
	}
	return n.entries()
}

// Fsync syncs a file or a folder.
func (n *node) Fsync(ctx context.Context, _ fs.FileHandle, _ uint32) syscall.Errno {
	if errno := n.meet(ctx, Fsync); errno != 0 {
		return errno
	}
	fd, err := unix.Open(n.path(), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fs.ToErrno(err)
	}
	defer unix.Close(fd)
	return fs.ToErrno(unix.Fsync(fd))
}

func (n *node) Statfs(ctx context.Context, out *fuse.StatfsOut) syscall.Errno {
	if errno := n.meet(ctx, Statfs); errno != 0 {
		return errno
	}
	var st syscall.Statfs_t
	err := syscall.Statfs(n.path(), &st)
	out.FromStatfsT(&st)
	return fs.ToErrno(err)
}
