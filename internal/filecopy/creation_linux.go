package filecopy

import (
	"errors"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// creation is what is known of a folder about the moment when a file without a name is made.
// It saves the calls that would set what the file already has.
type creation struct {
	asked      bool
	known      bool        // see isKnown
	plain      bool        // there was no default ACL
	kept, lost fs.FileMode // permission bits that the umask leaves, and that it removes
}

// isKnown reports whether we know how the folder's file system behaves. It gives a new file the
// mode that the umask leaves, and has no errors to report when a file is closed. Network file
// systems and those of a process differ.
func (h *here) isKnown() bool {
	c := &h.creation
	if c.asked {
		return c.known
	}
	c.asked = true
	var st unix.Statfs_t
	if unix.Fstatfs(int(h.self.Fd()), &st) != nil {
		return false
	}
	switch st.Type {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC:
		c.known = true
		_, err := unix.Getxattr(pathOf(h.self), defaultACL, nil)
		c.plain = err == unix.ENODATA || errors.Is(err, errors.ErrUnsupported)
	}
	return c.known
}

// firstMode returns the permission bits for making the copy of a file: those of the file if it
// can have them at once. Nobody else can open a file without a name.
func (h *here) firstMode(src fs.FileInfo, opts Options) fs.FileMode {
	mode := src.Mode().Perm()
	if opts.Archive || !h.isKnown() || !h.creation.plain || mode&h.creation.lost != 0 {
		return 0o600
	}
	return mode
}

// keepAttributes is keepAttributes for a file that was made with a mode. It calls less if the
// file already has the right mode.
//
// Somebody may give the folder a default ACL after isKnown has asked for it. From then on new
// files inherit that ACL. The kernel cuts it to the mode that the file is made with: nobody whom
// the ACL names gets more than the bits of the group. If all others have those bits too, that is
// no more than the source allows, and the ACL may stay. Otherwise it is removed.
func (h *here) keepAttributes(
	from descriptor, src fs.FileInfo, to descriptor, made fs.FileMode, opts Options,
) (losses, error) {
	if opts.Archive || !h.creation.plain {
		return keepAttributes(inodeOf(from), src, inodeOf(to), opts)
	}
	mode, err := modeAlone(inodeOf(from), src)
	if err != nil {
		return nil, err
	}
	has := mode == made && h.has(to, mode)
	if has && mode>>3&0o7&^mode == 0 {
		return nil, nil
	}
	if err := inodeOf(to).remove(accessACL); err != nil {
		return nil, NewError("remove ACL", err)
	}
	if has {
		return nil, nil
	}
	if err := to.Chmod(mode); err != nil {
		return nil, NewError("set mode", err)
	}
	return nil, nil
}

// has reports whether a new file, made with that mode, has it. It remembers which bits come
// through, and looks at a file only if some bits are new.
func (h *here) has(to descriptor, mode fs.FileMode) bool {
	c := &h.creation
	if mode&^c.kept == 0 {
		return true
	}
	var st syscall.Stat_t
	if ignoringEINTR(func() error { return syscall.Fstat(int(to), &st) }) != nil {
		return false
	}
	c.kept |= mode & fs.FileMode(st.Mode)
	c.lost |= mode &^ fs.FileMode(st.Mode)
	return c.lost&mode == 0
}
