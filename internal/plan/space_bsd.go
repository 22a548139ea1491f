//go:build darwin || freebsd

package plan

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

func statVolume(name string) (volume, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(name, &s); err != nil {
		return volume{}, err
	}
	v := volume{
		block: max(uint64(s.Bsize), 1), blocks: s.Blocks, inodes: s.Files,
		free: uint64(max(s.Bavail, 0)), freeInodes: uint64(max(s.Ffree, 0)), // below zero: only root has some left
	}
	return v, nil
}

func mayShare(*pulse, string, volume, fs.FileInfo) bool { return false } // brood makes no reflinks on these systems
