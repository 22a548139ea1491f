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

// Options are what a file system does that others don't.
type Options struct {
	// Fold takes names for one that differ in case or in Unicode's normal form
	// alone, as APFS does. An entry keeps the spelling that it was made with.
	Fold bool

	// Refuse, when set, is the error for a name: EINVAL as of vfat, EILSEQ, or nil.
	Refuse func(name string) error

	// Cached lets the kernel keep contents, as it does those of a disk: what has been
	// read or written is read again from memory, but for O_DIRECT.
	Cached bool
}

// FS is a mounted file system. Its methods may be called at any time, by several
// goroutines at once.
type FS struct {
	Mounted string // where it is, absolute
	Beneath string // the folder that holds its entries

	tree   *tree
	device uint32        // names the connection to the kernel
	served chan struct{} // closed when no goroutine serves any more

	unmount sync.Once
	err     error // of Unmount
}

// Mount mounts over the folder mounted a file system with the entries of the folder
// beneath. Root mounts it itself, any other user by fusermount3(1), which then must be
// there. Only processes of the same user and group see it (mount.fuse3(8), allow_other).
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

// serve answers the kernel until it is unmounted.
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
		FsName: "faultfs", Name: "faultfs", Options: []string{"default_permissions"},
		DirectMountStrict: os.Geteuid() == 0,
		// Or a file's new time would drop what was just written.
		ExplicitDataCacheControl: f.tree.opts.Cached,
		// Files opened with FOPEN_DIRECT_IO can be mapped nevertheless, a page at a time.
		ExtraCapabilities: fuse.CAP_DIRECT_IO_ALLOW_MMAP, MaxReadAhead: 1, SyncRead: true, DisableSplice: true,
		// Entries are looked up when they are, too.
		DisableReadDirPlus: true,
		// The kernel would read and write the files beneath without us.
		DisabledCapabilities: fuse.CAP_PASSTHROUGH,
		// What it logs are answers to which nobody waits any more; a bug is no answer.
		Logger: log.New(io.Discard, "", 0), PanicHandler: func(bug any) fuse.Status { panic(bug) },
	}
	raw := fs.NewNodeFS(f.tree.top, &fs.Options{MountOptions: mount})
	if !mount.DirectMountStrict {
		server, err := fuse.NewServer(raw, f.Mounted, &mount)
		if err != nil {
			err = errors.New(strings.TrimSpace(err.Error())) // it ends in a newline
		}
		return server, err
	}
	// A child that held the device would hold the clients, too, when we are killed, and
	// go-fuse leaves it open in the children of a process that mounts directly.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	server, err := fuse.NewServer(raw, f.Mounted, &mount)
	if err == nil {
		err = closeDevicesOnExec()
	}
	return server, err
}

// closeDevicesOnExec is called with the ForkLock held.
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
