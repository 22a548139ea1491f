package faultfs_test

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
)

// calls are system calls for each operation, in a folder with a file "a", a folder "d" and a link "l". A rule
// can match the call by the name on, and by the name other unless that is "".
var calls = []struct {
	name  string
	op    faultfs.Op
	on    string // name for the rule
	other string
	call  func(dir string) error
}{
	{"lookup", faultfs.Lookup, "a", "", func(dir string) error { return unix.Access(dir+"/a", unix.F_OK) }},
	{"lookup in a folder", faultfs.Lookup, "d/b", "", func(dir string) error {
		return ignoring(unix.ENOENT, unix.Access(dir+"/d/b", unix.F_OK))
	}},
	{"stat", faultfs.Getattr, "a", "", func(dir string) error { return withFile(dir+"/a", os.O_RDONLY, statOf) }},
	{"stat of the root", faultfs.Getattr, ".", "", func(dir string) error { _, err := os.Stat(dir); return err }},
	{"chmod", faultfs.Setattr, "a", "", func(dir string) error { return os.Chmod(dir+"/a", 0o640) }},
	{"truncate", faultfs.Setattr, "a", "", func(dir string) error { return os.Truncate(dir+"/a", 5) }},
	{"readlink", faultfs.Readlink, "l", "", func(dir string) error { _, err := os.Readlink(dir + "/l"); return err }},
	{"open", faultfs.Open, "a", "", func(dir string) error { return withFile(dir+"/a", os.O_RDONLY, nil) }},
	{"open a folder", faultfs.Open, "d", "", func(dir string) error { return withFile(dir+"/d", os.O_RDONLY, nil) }},
	{"create", faultfs.Create, "new", "", func(dir string) error {
		return withFile(dir+"/new", os.O_CREATE|os.O_WRONLY, nil)
	}},
	{"read", faultfs.Read, "a", "", func(dir string) error { _, err := os.ReadFile(dir + "/a"); return err }},
	{"write", faultfs.Write, "a", "", func(dir string) error { return withFile(dir+"/a", os.O_WRONLY, writeTo) }},
	{"append", faultfs.Write, "a", "", func(dir string) error {
		return withFile(dir+"/a", os.O_APPEND|os.O_WRONLY, writeTo)
	}},
	{"fallocate", faultfs.Fallocate, "a", "", func(dir string) error {
		return withFile(dir+"/a", os.O_WRONLY, allocate(0, page))
	}},
	{"close", faultfs.Flush, "a", "", func(dir string) error { return withFile(dir+"/a", os.O_WRONLY, nil) }},
	{"fsync", faultfs.Fsync, "a", "", func(dir string) error {
		return withFile(dir+"/a", os.O_WRONLY, (*os.File).Sync)
	}},
	{"fsync of a folder", faultfs.Fsync, "d", "", func(dir string) error {
		return withFile(dir+"/d", os.O_RDONLY, (*os.File).Sync)
	}},
	{"readdir", faultfs.Readdir, "d", "", func(dir string) error { _, err := os.ReadDir(dir + "/d"); return err }},
	{"mkdir", faultfs.Mkdir, "new", "", func(dir string) error { return os.Mkdir(dir+"/new", 0o700) }},
	{"mknod", faultfs.Mknod, "new", "", func(dir string) error {
		return unix.Mknod(dir+"/new", unix.S_IFIFO|0o600, 0)
	}},
	{"symlink", faultfs.Symlink, "new", "", func(dir string) error { return os.Symlink("a", dir+"/new") }},
	{"link", faultfs.Link, "new", "", func(dir string) error { return os.Link(dir+"/a", dir+"/new") }},
	{"unlink", faultfs.Unlink, "a", "", func(dir string) error { return unix.Unlink(dir + "/a") }},
	{"rmdir", faultfs.Rmdir, "d", "", func(dir string) error { return unix.Rmdir(dir + "/d") }},
	{"rename", faultfs.Rename, "a", "d/new", func(dir string) error { return os.Rename(dir+"/a", dir+"/d/new") }},
	{"statfs", faultfs.Statfs, ".", "", func(dir string) error { return unix.Statfs(dir, new(unix.Statfs_t)) }},
}

func statOf(f *os.File) error  { _, err := f.Stat(); return err }
func writeTo(f *os.File) error { _, err := f.Write([]byte("contents")); return err }

// allocate returns a function that allocates a range of bytes of a file.
func allocate(off, size int64) func(*os.File) error {
	return func(f *os.File) error { return unix.Fallocate(int(f.Fd()), 0, off, size) }
}

func withFile(name string, flags int, do func(*os.File) error) error {
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return err
	}
	if do != nil {
		err = do(f)
	}
	return errors.Join(err, f.Close())
}

func ignoring(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// populated mounts a file system with the entries that calls need.
func populated(t *testing.T) *faultfs.FS {
	t.Helper()
	f := faultfstest.Mount(t, faultfs.Options{})
	must(t, os.WriteFile(f.Beneath+"/a", []byte("contents"), 0o600))
	must(t, os.Mkdir(f.Beneath+"/d", 0o700))
	must(t, os.Symlink("a", f.Beneath+"/l"))
	return f
}
