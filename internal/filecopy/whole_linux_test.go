package filecopy_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"brood/internal/filecopy"

	xattrs "github.com/pkg/xattr"
	"golang.org/x/sys/unix"
)

func TestArchive(t *testing.T) {
	for _, kind := range []string{"ext4", "xfs", "btrfs", "tmpfs"} {
		t.Run(kind, func(t *testing.T) {
			disk := mountAny(t, kind)
			e := subfolders(t, disk)
			plantTree(t, e.srcPath)
			want := treeOf(t, e.srcPath)
			for _, run := range []string{"into nothing", "again"} {
				if _, err := e.copyTree(strictly); err != nil {
					t.Fatalf("%s: %v", run, err)
				}
				wantTree(t, treeOf(t, e.dstPath), want)
			}
		})
	}
}

// A copy to another file system loses only the attributes that this one cannot hold.
func TestArchiveAcross(t *testing.T) {
	const attributes, acl, capability = filecopy.LostXattrs, filecopy.LostACL, filecopy.LostCapability
	all := []string{
		"trusted.kind", "user.empty", "user.\xff\n", "user.folder",
		"system.posix_acl_access", "system.posix_acl_default", "security.capability",
	}
	for _, tt := range []struct {
		from, to string
		lost     map[string][]string
		names    []string // names of the lost xattrs
		modes    map[string]fs.FileMode
	}{
		{"ext4", "tmpfs", map[string][]string{}, nil, nil},
		{"xfs", "ext4", map[string][]string{"attributes": {attributes}}, []string{"user.large"}, nil},
		{"ext4", "ramfs", map[string][]string{
			".": {attributes}, "acl": {acl}, "attributes": {attributes}, "block": {acl}, "capable": {capability},
			"char": {attributes}, "fifo": {attributes}, "folder": {attributes, acl}, "link": {attributes},
		}, all, map[string]fs.FileMode{"acl": 0o600, "block": fs.ModeDevice | 0o640}},
	} {
		t.Run(tt.from+" to "+tt.to, func(t *testing.T) {
			e := endsAt(t, mountAny(t, tt.from), mountAny(t, tt.to))
			for _, path := range []string{e.srcPath, e.dstPath} {
				must(t, os.RemoveAll(path+"/lost+found"))
			}
			plantTree(t, e.srcPath)
			lost, err := e.copyTree(archived)
			must(t, err)
			if !maps.EqualFunc(lost, tt.lost, slices.Equal) {
				t.Errorf("lost %q; want %q", lost, tt.lost)
			}
			removeXattrs(t, e.srcPath, tt.names)
			want := treeOf(t, e.srcPath)
			for name, mode := range tt.modes {
				f := want[name]
				f.Mode = mode
				want[name] = f
			}
			wantTree(t, treeOf(t, e.dstPath), want)
		})
	}
}

func removeXattrs(t *testing.T, dir string, names []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		for _, name := range names {
			_ = xattrs.LRemove(path, name) // most files have none
		}
		return err
	}))
}

func TestStrict(t *testing.T) {
	e := endsAt(t, t.TempDir(), mountAny(t, "ramfs"))
	plantTree(t, e.srcPath)
	for _, tt := range []struct{ name, text string }{
		{"attributes", "keep extended attributes: not possible here"},
		{"capable", "keep capabilities: not possible here"},
		{"link", "keep extended attributes: not possible here"},
		{"fifo", "keep extended attributes: not possible here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := e.copyAny(tt.name, map[uint64]string{}, strictly)
			wantError(t, err, filecopy.ErrLost, tt.text)
			if res.Lost != nil {
				t.Errorf("an error, and lost %q", res.Lost)
			}
			wantOnly(t, e.dst, ".")
		})
	}
	_, err := filecopy.Folder(e.src, e.dst, "folder", strictly)
	wantError(t, err, filecopy.ErrLost, "keep extended attributes, ACL: not possible here")
}

// copyTree copies all of src, and returns the losses by name.
func (e ends) copyTree(opts filecopy.Options) (map[string][]string, error) {
	lost, first := map[string][]string{}, map[uint64]string{}
	var folders []string
	err := fs.WalkDir(e.src.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			folders = append(folders, name)
			return nil
		}
		res, err := e.copyAny(name, first, opts)
		if len(res.Lost) > 0 {
			lost[name] = res.Lost
		}
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return lost, err
	}
	for _, name := range slices.Backward(folders) {
		res, err := filecopy.Folder(e.src, e.dst, name, opts)
		if err != nil {
			return lost, fmt.Errorf("%q: %w", name, err)
		}
		if len(res.Lost) > 0 {
			lost[name] = res.Lost
		}
	}
	return lost, nil
}

// copyAny copies a file of any kind but a folder. first has the first name of each inode.
func (e ends) copyAny(name string, first map[uint64]string, opts filecopy.Options) (filecopy.Result, error) {
	info, err := e.src.Lstat(name)
	if err != nil {
		return filecopy.Result{}, err
	}
	st := info.Sys().(*syscall.Stat_t)
	if to, ok := first[st.Ino]; ok {
		return filecopy.Link(e.src, e.dst, to, name, opts)
	}
	first[st.Ino] = name
	switch info.Mode().Type() {
	case 0:
		return filecopy.File(context.Background(), e.src, e.dst, name, opts)
	case fs.ModeSymlink:
		return filecopy.Symlink(e.src, e.dst, name, opts)
	}
	return filecopy.Node(e.src, e.dst, name, opts)
}

// plantTree fills a folder with a file of each kind. It needs root.
func plantTree(t *testing.T, dir string) {
	t.Helper()
	needsRoot(t)
	root := openRoot(t, dir)
	for _, name := range []string{"folder", "setgid", "sticky"} {
		must(t, root.Mkdir(name, 0o755))
	}
	for _, name := range []string{"acl", "attributes", "capable", "setuid", "setgid/f", "folder/f"} {
		write(t, root, name, noise(1000), 0o640)
	}
	writeSparse(t, root, "sparse", 8*mib, []int64{3})
	must(t, root.Symlink("no\xffwhere", "link"))
	must(t, unix.Mkfifo(dir+"/fifo", 0o600))
	must(t, unix.Mknod(dir+"/char", unix.S_IFCHR|0o600, int(unix.Mkdev(259, 70000))))
	must(t, unix.Mknod(dir+"/block", unix.S_IFBLK|0o600, int(unix.Mkdev(7, 200))))
	for name, first := range map[string]string{
		"setgid/hard": "attributes", "sticky/hard": "attributes", "sticky/link": "link", "sticky/fifo": "fifo",
	} {
		must(t, root.Link(first, name))
	}
	plantAttributes(t, dir, root)
	for _, name := range []string{"fifo", "char", "block", "link", "setgid", "sticky", "folder", "."} {
		setLinkTime(t, dir+"/"+name, longAgo)
	}
}

func plantAttributes(t *testing.T, dir string, root *os.Root) {
	t.Helper()
	for name, mode := range map[string]fs.FileMode{
		"attributes": 0o604, "fifo": 0o624, "char": 0o444, "block": 0o660, "link": 0, "capable": 0o710,
		"setuid": fs.ModeSetuid | fs.ModeSetgid | 0o755, "setgid": fs.ModeSetgid | 0o775,
		"sticky": fs.ModeSticky | 0o777, "folder": 0o750, ".": 0o751, "folder/f": 0,
	} {
		must(t, root.Lchown(name, 1234, 5678))
		if name != "link" {
			must(t, root.Chmod(name, mode))
		}
	}
	for _, name := range []string{"attributes", "fifo", "char", "link", "folder", "."} {
		must(t, xattrs.LSet(dir+"/"+name, "trusted.kind", []byte(name)))
	}
	for _, x := range []struct{ file, name, value string }{
		{"attributes", "user.empty", ""},
		{"attributes", "user.\xff\n", "\x00\xff"},
		{"folder", "user.folder", "a value"},
		{"capable", "security.capability", netRaw},
	} {
		must(t, xattrs.Set(dir+"/"+x.file, x.name, []byte(x.value)))
	}
	_ = xattrs.Set(dir+"/attributes", "user.large", noise(60<<10)) // some file systems refuse it
	setACL(t, "user::rw-,user:1234:rw-,group::---,mask::rw-,other::---", dir+"/acl")
	setACL(t, "user::rwx,group::r-x,other::---,default:user::rwx,default:user:1234:rwx,"+
		"default:group::r-x,default:mask::rwx,default:other::r-x", dir+"/folder")
	setACL(t, "user:1234:r", dir+"/block")
}

func mountAny(t *testing.T, kind string) string {
	t.Helper()
	switch kind {
	case "tmpfs":
		return mountTmpfs(t, "64m")
	case "ramfs":
		return mountMemory(t, "ramfs", "")
	}
	return mountDisk(t, kind)
}

// subfolders returns two folders of one file system as ends.
func subfolders(t *testing.T, disk string) ends {
	t.Helper()
	must(t, os.Mkdir(disk+"/src", 0o755))
	must(t, os.Mkdir(disk+"/dst", 0o755))
	return endsAt(t, disk+"/src", disk+"/dst")
}
