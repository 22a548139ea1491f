package plan

import (
	"os"

	"golang.org/x/sys/unix"
)

func statVolume(name string) (volume, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(name, &s); err != nil {
		return volume{}, err
	}
	v := volume{block: uint64(s.Frsize), blocks: s.Blocks, free: s.Bavail, inodes: s.Files, freeInodes: s.Ffree}
	if s.Frsize <= 0 {
		v.block = uint64(max(s.Bsize, 1))
	}
	return v, nil
}

const zfsMagic = 0x2fc12fc1 // OpenZFS is not in the kernel's headers

// mayShare reports whether copies may take no room: source and destination are one file system
// of a kind that can reflink, or one that may lie over such a kind.
func mayShare(p *pulse, source, to string) bool {
	p.askFor("dest", to)
	dest, info, err := existing(to)
	if err != nil {
		return false
	}
	var here, there unix.Statfs_t
	if unix.Statfs(dest, &there) != nil {
		return false
	}
	p.askFor("source", source)
	if unix.Statfs(source, &here) != nil || here.Type != there.Type {
		return false
	}
	switch uint32(there.Type) {
	case zfsMagic:
		return true // data sets of a pool share contents, and nothing tells which pool they are in
	case unix.BTRFS_SUPER_MAGIC, unix.BCACHEFS_SUPER_MAGIC:
		// Each subvolume has a device number of its own, but the size is that of all.
		return here.Blocks == there.Blocks
	case unix.XFS_SUPER_MAGIC, unix.OCFS2_SUPER_MAGIC,
		unix.OVERLAYFS_SUPER_MAGIC, unix.NFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		from, err := os.Stat(source)
		if err != nil {
			return false
		}
		on, _ := identity(from)
		to, _ := identity(info)
		return on.device == to.device
	}
	return false
}
