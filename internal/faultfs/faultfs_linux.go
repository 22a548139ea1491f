package faultfs

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// Options select the behaviour of a file system.
type Options struct {
	// Fold treats names as equal that differ only in case or in Unicode normal form, as APFS does. An entry
	// keeps its first spelling.
	Fold bool

	// Refuse, unless nil, returns an error for a name that the file system cannot hold: EINVAL (as vfat
	// does) or EILSEQ.
	Refuse func(name string) error

	// Cached lets the kernel cache contents, as it does for a disk. Contents that have been read or written
	// are read from memory, except with O_DIRECT.
	Cached bool
}

// FS is a mounted file system. Several goroutines may call its methods at the same time.
type FS struct {
	Mounted string // mount point, absolute
	Beneath string // folder with its entries

	tree   *tree
	device uint32        // number of the connection to the kernel
	served chan struct{} // closed when the server has ended

	unmount sync.Once
	err     error // of Unmount
}

// Mount mounts a file system over the folder mounted. Its entries are those of the folder beneath. For root it
// mounts directly; for other users it needs fusermount3(1). Only processes with the same user and group can
// use the file system (mount.fuse3(8), allow_other).
func Mount(mounted, beneath string, opts Options) (*FS, error) {
	mounted, err := filepath.Abs(mounted)
	if err != nil {
		return nil, fmt.Errorf("mount: %w", err)
	}
	f := &FS{Mounted: mounted, Beneath: beneath, served: make(chan struct{})}
	if f.tree, err = newTree(beneath, opts); err != nil {
		return nil, fmt.Errorf("mount %q: open %q: %w", mounted, beneath, err)
	}
	server, err := f.server()
	if err != nil {
		f.tree.close()
		return nil, fmt.Errorf("mount %q: %w", mounted, err)
	}
	if err := f.serve(server); err != nil {
		_ = f.Unmount()
		return nil, fmt.Errorf("mount %q: %w", mounted, err)
	}
	return f, nil
}

// serve answers the kernel, in a goroutine, until the file system is unmounted. It returns when it is mounted.
func (f *FS) serve(server *fuse.Server) error {
	go func() {
		defer close(f.served)
		server.Serve()
	}()
	if err := server.WaitMount(); err != nil {
		return err
	}
	var st unix.Stat_t
	err := unix.Stat(f.Mounted, &st)
	f.device = unix.Minor(st.Dev)
	return err
}

func (f *FS) server() (*fuse.Server, error) {
	mount := fuse.MountOptions{
		// The mark of the test that mounts it (see testenv) is part of the source: a killed test cannot unmount it.
		FsName: "faultfs:" + os.Getenv("BROOD_TESTS"), Name: "faultfs", Options: []string{"default_permissions"},
		DirectMountStrict: os.Geteuid() == 0,
		// Otherwise a file's new time drops the contents that were just written.
		ExplicitDataCacheControl: f.tree.opts.Cached,
		// Files opened with FOPEN_DIRECT_IO can still be mapped, a page at a time.
		ExtraCapabilities: fuse.CAP_DIRECT_IO_ALLOW_MMAP, MaxReadAhead: 1, SyncRead: true, DisableSplice: true,
		// A listing does not replace a lookup.
		DisableReadDirPlus: true,
		// With it the kernel reads and writes the files beneath by itself.
		DisabledCapabilities: fuse.CAP_PASSTHROUGH,
		// go-fuse logs answers that no client waits for. It must not turn a panic into an answer.
		Logger: log.New(io.Discard, "", 0), PanicHandler: func(bug any) fuse.Status { panic(bug) },
	}
	raw := fs.NewNodeFS(f.tree.top, &fs.Options{MountOptions: mount})
	if !mount.DirectMountStrict {
		server, err := fuse.NewServer(raw, f.Mounted, &mount)
		if err != nil {
			err = errors.New(strings.TrimSpace(err.Error())) // without its final newline
		}
		return server, err
	}
	// When this process is killed, a child with the device open would keep the clients waiting. For direct
	// mounts go-fuse leaves the device open in children.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	server, err := fuse.NewServer(raw, f.Mounted, &mount)
	if err == nil {
		err = closeDevicesOnExec()
	}
	return server, err
}

// closeDevicesOnExec marks all FUSE devices close-on-exec. The caller holds the ForkLock.
func closeDevicesOnExec() error {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, e := range open {
		to, _ := os.Readlink("/proc/self/fd/" + e.Name())
		if fd, err := strconv.Atoi(e.Name()); err == nil && to == "/dev/fuse" {
			syscall.CloseOnExec(fd)
		}
	}
	return nil
}
