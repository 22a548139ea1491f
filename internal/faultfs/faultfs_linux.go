package faultfs

import (
	"os"
	"strings"
	"sync"
	"testing"

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
}

// Mount mounts an empty file system for the length of the test, which is skipped
// where that is not possible, and returns where it is. Beneath is the folder that
// holds its entries.
func Mount(t testing.TB, opts Options) (mounted, beneath string) {
	t.Helper()
	mounted, beneath = t.TempDir(), t.TempDir()
	tree := &tree{opts: opts, nodes: map[uint64]*node{}}
	root, err := tree.root(beneath)
	if err != nil {
		t.Fatal(err)
	}
	server, err := fs.Mount(mounted, root, &fs.Options{MountOptions: fuse.MountOptions{
		FsName: "faultfs", Name: "faultfs", DirectMount: true, Options: []string{"default_permissions"},
	}})
	if err != nil {
		tree.close()
		if os.Getuid() != 0 {
			t.Skip("needs fuse3: ", strings.TrimSpace(err.Error()))
		}
		t.Skip("needs root: mount: ", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("unmount: %v", err)
			_ = unix.Unmount(mounted, unix.MNT_DETACH)
		}
		server.Wait()
		tree.close()
	})
	return mounted, beneath
}

// tree is what the nodes of one file system share.
type tree struct {
	opts Options

	// mu is held while names are looked for and changed: the folder beneath does
	// not fold, and would take both of two names that are one.
	mu    sync.Mutex
	top   *node
	nodes map[uint64]*node // by inode number, for as long as the file system is mounted
}

func (t *tree) root(path string) (*node, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	t.top = &node{tree: t, fd: fd}
	return t.top, nil
}

func (t *tree) close() {
	unix.Close(t.top.fd)
	for _, n := range t.nodes {
		unix.Close(n.fd)
	}
}
