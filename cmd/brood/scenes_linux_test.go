//go:build linux

package main

import (
	"bytes"
	"os"
	"syscall"
	"testing"
)

// scene is a copy of a small tree. In the tests, its system calls fail one by one.
type scene struct {
	flags  []string // of the child
	names  []string
	fill   func(place, *testing.T)
	also   string   // injection that each run has, too
	calls  []string // system calls that fail one by one
	signal []string // further system calls that a signal interrupts
}

var (
	everything = []string{"big", "small", "sparse", "link", "sub/deep/file", "sub/deep", "sub", "."}
	allKinds   = append([]string{"fifo", "second"}, everything...)

	scenes = map[string]scene{
		"plain": {
			names: everything, fill: place.fill,
			calls: []string{"copy_file_range", "fallocate", "ioctl", "ftruncate", "fgetxattr", "getxattr", "fchmod",
				"renameat2", "mkdirat"},
			signal: []string{"openat", "newfstatat", "fstat", "readlinkat", "pread64", "pwrite64", "flock", "lseek",
				"getdents64", "utimensat", "fremovexattr", "symlinkat"},
		},
		"all that can be asked": {
			names: allKinds, fill: place.fillPartly,
			flags: []string{"--durable=true", "--hash=xxh128", "--archive=true", "--resume=true"},
			calls: []string{"openat", "newfstatat", "fstat", "readlinkat", "pread64", "pwrite64", "fallocate",
				"ftruncate", "flock", "lseek", "getdents64", "fsync", "fadvise64", "utimensat", "fchownat", "fchmod",
				"fchmodat", "flistxattr", "listxattr", "fgetxattr", "getxattr", "fsetxattr", "setxattr",
				"fremovexattr", "removexattr", "renameat2", "mkdirat", "mknodat", "symlinkat"},
		},
		"old files": {names: everything, fill: place.fillOver, calls: []string{"renameat"}},
		"an old kernel": {
			names: everything, fill: place.fill, also: "renameat2:error=ENOSYS", calls: []string{"linkat", "unlinkat"},
		},
		"nothing removed": {
			names: everything, fill: place.fill, also: "utimensat:error=EIO", calls: []string{"unlinkat"},
		},
		"behind the cache": {
			names: []string{"huge", "."}, fill: place.fillHuge, flags: []string{"--durable=true"},
			calls: []string{"sync_file_range"},
		},
	}
)

func (p place) fill(t *testing.T) {
	must(t, os.MkdirAll(p.src+"/sub/deep", 0o755))
	must(t, os.WriteFile(p.src+"/big", noise(3<<20, 1), 0o640))
	must(t, os.WriteFile(p.src+"/small", noise(100, 2), 0o604))
	must(t, os.WriteFile(p.src+"/sub/deep/file", noise(200, 3), 0o644))
	must(t, os.WriteFile(p.src+"/sparse", noise(64<<10, 4), 0o644))
	must(t, os.Truncate(p.src+"/sparse", 2<<20))
	must(t, os.Symlink("big", p.src+"/link"))
	must(t, os.Mkdir(p.dst, 0o755))
}

// fillPartly makes more kinds of files, attributes, and the temporary of a killed copy.
func (p place) fillPartly(t *testing.T) {
	p.fill(t)
	must(t, syscall.Mkfifo(p.src+"/fifo", 0o640))
	must(t, os.Link(p.src+"/small", p.src+"/second"))
	for _, name := range []string{"/small", "/sub"} {
		if err := syscall.Setxattr(p.src+name, "user.brood", []byte(name), 0); err != nil {
			t.Skipf("needs extended attributes: %v", err)
		}
	}
	must(t, os.WriteFile(p.dst+"/.big.53cacdb9.brood", noise(3<<20, 1)[:3<<19], 0o600))
}

const old = "old"

func (p place) fillOver(t *testing.T) {
	p.fill(t)
	for _, name := range []string{"/big", "/small", "/link"} {
		must(t, os.WriteFile(p.dst+name, []byte(old), 0o600))
	}
}

func (p place) fillHuge(t *testing.T) {
	must(t, os.WriteFile(p.src+"/huge", bytes.Repeat(noise(1<<20, 5), 34), 0o644))
	must(t, os.Mkdir(p.dst, 0o755))
}
