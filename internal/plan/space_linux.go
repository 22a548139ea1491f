package plan

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

func statVolume(name string) (volume, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(name, &s); err != nil {
		return volume{}, err
	}
	v := volume{
		block: uint64(s.Frsize), blocks: s.Blocks, free: s.Bavail, inodes: s.Files, freeInodes: s.Ffree,
		kind: uint32(s.Type),
	}
	if s.Frsize <= 0 {
		v.block = uint64(max(s.Bsize, 1))
	}
	return v, nil
}

const zfsMagic = 0x2fc12fc1 // OpenZFS is not in the kernel's headers

// mayShare reports whether copies of the source to a folder on the volume may take no room: both are one file system of
// a kind that can reflink, or one that may lie over such a kind.
func mayShare(p *pulse, source string, there volume, to fs.FileInfo) bool {
	p.askFor("source", source)
	same := func() (here volume, ok bool) {
		here, err := statVolume(source)
		return here, err == nil && here.kind == there.kind
	}
	switch there.kind {
	case zfsMagic:
		_, ok := same()
		return ok // data sets of a pool share contents, and nothing tells which pool they are in
	case unix.BTRFS_SUPER_MAGIC, unix.BCACHEFS_SUPER_MAGIC:
		// Each subvolume has a device number of its own, but the size is that of all.
		here, ok := same()
		return ok && here.blocks == there.blocks
	case unix.XFS_SUPER_MAGIC, unix.OCFS2_SUPER_MAGIC,
		unix.OVERLAYFS_SUPER_MAGIC, unix.NFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		if _, ok := same(); !ok {
			return false
		}
		from, err := os.Stat(source)
		if err != nil {
			return false
		}
		on, _ := identity(from)
		at, _ := identity(to)
		return on.device == at.device
	}
	return false
}
