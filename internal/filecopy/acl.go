package filecopy

import (
	"encoding/binary"
	"io/fs"
)

// The layout of a POSIX ACL in an xattr (linux/posix_acl_xattr.h): a version, then entries
// of a tag, permission bits and an id.
const (
	aclVersion   = 2
	aclHeader    = 4 // bytes
	aclEntry     = 8 // bytes
	aclUser      = 0x02
	aclGroupObj  = 0x04
	aclGroup     = 0x08
	aclMask      = 0x10
	aclAllRights = 0o7
)

// withoutACL returns the mode of a copy that lacks the ACL of its source. With that mode the
// copy lets in nobody whom the source does not.
//
// The group bits of a file with an ACL are its mask: the most rights of any user or group
// that the ACL names. They are not the group's rights. The ACL may also shut out somebody
// whom it names. So the group and all others get no more rights than anybody named has.
func withoutACL(mode fs.FileMode, acl []byte) fs.FileMode {
	if len(acl) < aclHeader || binary.LittleEndian.Uint32(acl) != aclVersion {
		return mode &^ 0o077
	}
	group, mask, named := uint16(0), uint16(aclAllRights), uint16(aclAllRights)
	for rest := acl[aclHeader:]; len(rest) >= aclEntry; rest = rest[aclEntry:] {
		tag, rights := binary.LittleEndian.Uint16(rest), binary.LittleEndian.Uint16(rest[2:])
		switch tag {
		case aclGroupObj:
			group = rights
		case aclMask:
			mask = rights
		case aclUser, aclGroup:
			named &= rights
		}
	}
	named &= mask
	return mode&^0o077 | fs.FileMode(group&named)<<3 | mode&fs.FileMode(named)
}
