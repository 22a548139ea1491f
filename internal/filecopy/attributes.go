package filecopy

import "io/fs"

const (
	accessACL  = "system.posix_acl_access"
	defaultACL = "system.posix_acl_default" // of a folder: the ACL of what is made in it
)

// specialBits go beyond reading, writing and executing.
const specialBits = fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// keepMode removes the ACL that the file has inherited from its folder: whom it
// names would be let in by the group bits.
func keepMode(src fs.FileInfo, to inode) error {
	if err := to.remove(accessACL); err != nil {
		return NewError("remove ACL", err)
	}
	if err := to.chmod(src.Mode().Perm()); err != nil {
		return NewError("set mode", err)
	}
	return nil
}
