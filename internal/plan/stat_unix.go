//go:build unix

package plan

import (
	"io/fs"
	"syscall"
)

// identity returns the file's inode and its number of names.
func identity(info fs.FileInfo) (id inode, names uint64) {
	s := info.Sys().(*syscall.Stat_t)
	return inode{uint64(s.Dev), uint64(s.Ino)}, uint64(s.Nlink)
}

// occupies returns the bytes that are allocated for a file.
func occupies(info fs.FileInfo) int64 { return int64(info.Sys().(*syscall.Stat_t).Blocks) * 512 }

func sameDevice(a, b fs.FileInfo) bool {
	return a.Sys().(*syscall.Stat_t).Rdev == b.Sys().(*syscall.Stat_t).Rdev
}
