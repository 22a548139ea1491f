package filecopy

import (
	"io/fs"
	"slices"
	"strings"
)

// giving gives the attributes of one file to another.
type giving struct {
	attributes
	to             inode
	hasUID, hasGID bool // to has the source's owner, and group
	lost           losses
}

// read reads the attributes of a file. It leaves out attributes that we may not see.
func (g *giving) read(from inode, info fs.FileInfo) error {
	g.mode = info.Mode()
	g.uid, g.gid = ownerOf(info)
	names, err := from.list()
	if err != nil {
		return NewError("list extended attributes", err)
	}
	for _, name := range names {
		value, err := from.get(name)
		switch {
		case refused(err):
			g.lost.add(lossOf(name))
			continue
		case err != nil:
			return NewError("read extended attribute", err)
		case value == nil:
			continue // removed since it was listed
		}
		g.add(name, value)
	}
	return nil
}

// lossOf returns the loss that an xattr of that name means. system.* holds POSIX ACLs, and ACLs
// of other file systems.
func lossOf(name string) string {
	switch {
	case name == capability:
		return LostCapability
	case strings.HasPrefix(name, "security."):
		return LostLabel
	case strings.HasPrefix(name, "system."):
		return LostACL
	}
	return LostXattrs
}

func (g *giving) give() error {
	for _, step := range g.steps() {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// steps returns the steps in their order. No step lets anybody in too early, and no step
// undoes one before it:
//
//	owner and group  chown(2) removes setuid bits and capabilities
//	xattrs           user.* need the right to write, which the mode may remove
//	ACLs             the first to let others in; they set the permission bits, too
//	mode             the same bits again, so that the ACL's mask stays as it is,
//	                 and with them setuid, setgid and sticky
//	capabilities     the last, as a change of the owner would remove them
func (g *giving) steps() []func() error {
	steps := []func() error{g.giveOwner, g.giveXattrs, g.giveACLs, g.giveMode, g.giveCapabilities}
	if g.mode.Type() == fs.ModeSymlink {
		return steps[:2] // a symlink has none of the others
	}
	return steps
}

// giveOwner gives the owner and the group, or only one of them if the other is forbidden: an
// ordinary user may give a file to any of his groups. Some file systems refuse silently, so
// giveOwner reads the owner and the group again.
func (g *giving) giveOwner() error {
	err := g.to.chown(g.uid, g.gid)
	if refused(err) {
		err = g.to.chown(-1, g.gid)
	}
	if refused(err) {
		err = g.to.chown(g.uid, -1)
	}
	if err != nil && !refused(err) {
		return NewError("set owner", err)
	}
	info, err := g.to.stat()
	if err != nil {
		return NewError("stat", err)
	}
	uid, gid := ownerOf(info)
	g.hasUID, g.hasGID = uid == g.uid, gid == g.gid
	if !g.hasUID {
		g.lost.add(LostOwner)
	}
	if !g.hasGID {
		g.lost.add(LostGroup)
	}
	return nil
}

func (g *giving) giveXattrs() error {
	if err := g.removeOthers(); err != nil {
		return err
	}
	for _, x := range g.xattrs {
		err := g.to.set(x.name, x.value)
		if err != nil && !refused(err) {
			return NewError("set extended attribute", err)
		}
		if err != nil && !g.to.has(x) { // the system may have set a label by itself
			g.lost.add(lossOf(x.name))
		}
	}
	return nil
}

// removeOthers removes the xattrs that the source lacks.
func (g *giving) removeOthers() error {
	names, err := g.to.list()
	if err != nil {
		return NewError("list extended attributes", err)
	}
	for _, name := range names {
		ours := slices.ContainsFunc(g.xattrs, func(x xattr) bool { return x.name == name })
		if ours || !(xattr{name: name}).removable() {
			continue
		}
		if err := g.to.remove(name); err != nil && !refused(err) {
			return NewError("remove extended attribute", err)
		}
	}
	return nil
}

// giveACLs gives the source's ACLs. If the source has none, it removes the ACLs that the file
// inherited from its folder.
func (g *giving) giveACLs() error {
	if g.mode.IsDir() {
		if err := g.giveACL(defaultACL, g.inherit); err != nil {
			return err
		}
	}
	return g.giveACL(accessACL, g.access)
}

func (g *giving) giveACL(name string, acl []byte) error {
	if acl != nil {
		err := g.to.set(name, acl)
		if err == nil {
			return nil
		}
		if !refused(err) {
			return NewError("set ACL", err)
		}
		g.lost.add(LostACL)
		if name == accessACL {
			g.mode = withoutACL(g.mode, acl)
		}
	}
	if err := g.to.remove(name); err != nil {
		return NewError("remove ACL", err)
	}
	return nil
}

// modeFor returns the mode to give. It leaves out setuid and setgid if the file lacks the
// source's owner or group: the bit would lend the rights of another user. Setuid needs the
// group as well, as the group decides who may execute the file.
func (g *giving) modeFor(mode fs.FileMode) fs.FileMode {
	mode &= keptMode
	if !g.hasUID || !g.hasGID {
		mode &^= fs.ModeSetuid
	}
	if !g.hasGID {
		mode &^= fs.ModeSetgid
	}
	return mode
}

func (g *giving) giveMode() error {
	mode := g.modeFor(g.mode)
	if err := g.to.chmod(mode); err != nil && !refused(err) {
		return NewError("set mode", err)
	}
	info, err := g.to.stat()
	if err != nil {
		return NewError("stat", err)
	}
	// chmod(2) silently drops a bit that we may not set.
	if (info.Mode()^g.mode)&specialBits != 0 {
		g.lost.add(LostSpecialBits)
	}
	if info.Mode().Perm() != mode.Perm() {
		g.lost.add(LostPermissions)
	}
	return nil
}

// giveCapabilities gives the capabilities, unless the file lacks the source's owner or group:
// they lend root's rights to everybody who may execute the file. The owner cannot misuse them
// by a write, as a write removes them.
func (g *giving) giveCapabilities() error {
	if g.caps == nil {
		return nil
	}
	if g.hasUID && g.hasGID {
		err := g.to.set(capability, g.caps)
		if err == nil {
			return nil
		}
		if !refused(err) {
			return NewError("set capabilities", err)
		}
	}
	g.lost.add(LostCapability)
	return nil
}
