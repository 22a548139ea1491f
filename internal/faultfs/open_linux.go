package faultfs

import (
	"context"
	"os"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"golang.org/x/sys/unix"
)

// handles are what is open beneath for clients. The kernel tells of a close when it
// likes, and of none once the file system is unmounted.
type handles struct {
	mu  sync.Mutex
	all map[any]func()
}

func (h *handles) add(handle any, close func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all[handle] = close
}

func (h *handles) close(handle any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if close := h.all[handle]; close != nil {
		close()
		delete(h.all, handle)
	}
}

func (h *handles) closeAll() {
	for handle := range h.all {
		h.close(handle)
	}
}

// file is a file that a client has open.
type file struct {
	*fs.LoopbackFile
	beneath *os.File
	node    *node
}

// beneathFlags are those with which a file is opened for a client: the kernel has
// followed the name, says where to write, and keeps O_DIRECT for itself, since what
// it sends need not stand where a disk wants it.
func beneathFlags(flags uint32) int {
	return int(flags)&^(unix.O_APPEND|unix.O_NOFOLLOW|unix.O_DIRECT) | unix.O_CLOEXEC
}

func (n *node) opened(fd int) *file {
	beneath := os.NewFile(uintptr(fd), n.path())
	f := &file{LoopbackFile: fs.NewLoopbackFileFromOS(beneath), beneath: beneath, node: n}
	n.tree.handles.add(f, func() { beneath.Close() })
	return f
}

func (f *file) Release(context.Context) syscall.Errno {
	f.node.tree.handles.close(f)
	return 0
}

// listing is a folder that a client reads.
type listing struct {
	fs.DirStream
	tree *tree
}

func (n *node) entries() (fs.DirStream, syscall.Errno) {
	stream, errno := fs.NewLoopbackDirStream(n.path())
	if errno != 0 {
		return nil, errno
	}
	l := &listing{stream, n.tree}
	n.tree.handles.add(l, stream.Close)
	return l, 0
}

func (l *listing) Seekdir(ctx context.Context, off uint64) syscall.Errno {
	return l.DirStream.(fs.FileSeekdirer).Seekdir(ctx, off)
}

func (l *listing) Close() { l.tree.handles.close(l) }
