//go:build !linux && !darwin && !freebsd

package filecopy

import "io/fs"

// ownerOf is the same for all files, so that none loses its owner.
func ownerOf(fs.FileInfo) (uid, gid int) { return -1, -1 }
