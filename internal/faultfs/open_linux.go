package faultfs

import (
	"context"
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// handles are the files and listings that are open beneath for clients. The kernel reports a close some time
// later, and reports none after the unmount.
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

// file is an open file of a client.
type file struct {
	*fs.LoopbackFile
	beneath *os.File
	node    *node
}

// beneathFlags returns the flags for opening a client's file beneath. The kernel itself follows names and
// appends. O_DIRECT is left out, since the kernel's buffers need not be aligned.
func beneathFlags(flags uint32) int {
	return int(flags)&^(unix.O_APPEND|unix.O_NOFOLLOW|unix.O_DIRECT) | unix.O_CLOEXEC
}

// openFlags returns the FUSE flags of every open file.
func (t *tree) openFlags() uint32 {
	if t.opts.Cached {
		return fuse.FOPEN_KEEP_CACHE
	}
	// Every read and write of a client comes here.
	return fuse.FOPEN_DIRECT_IO
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

func (f *file) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	dest, flips, errno := f.node.transfer(ctx, Read, dest, off)
	if errno != 0 {
		return nil, errno
	}
	size, err := f.beneath.ReadAt(dest, off)
	if err != nil && err != io.EOF {
		return nil, fs.ToErrno(err)
	}
	for _, fault := range flips {
		fault.flip(dest[:size], off)
	}
	return fuse.ReadResultData(dest[:size]), 0
}

func (f *file) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	data, flips, errno := f.node.transfer(ctx, Write, data, off)
	if errno != 0 {
		return 0, errno
	}
	for _, fault := range flips {
		fault.flip(data, off)
	}
	size, err := f.beneath.WriteAt(data, off)
	return uint32(size), fs.ToErrno(err)
}

func (f *file) Allocate(ctx context.Context, off, size uint64, mode uint32) syscall.Errno {
	if _, errno := f.node.meetAt(ctx, Fallocate, int64(off), int64(size)); errno != 0 {
		return errno
	}
	return f.LoopbackFile.Allocate(ctx, off, size, mode)
}

func (f *file) Flush(ctx context.Context) syscall.Errno {
	if errno := f.node.meet(ctx, Flush); errno != 0 {
		return errno
	}
	return f.LoopbackFile.Flush(ctx)
}

// listing is an open folder of a client.
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
