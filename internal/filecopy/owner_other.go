//go:build !linux && !darwin && !freebsd

package filecopy

import "io/fs"

// ownerOf returns the same for all files, so that no copy loses its owner.
func ownerOf(fs.FileInfo) (uid, gid int) { return -1, -1 }
