package filecopy

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// The values of Result.Lost: what a copy may lack of its source. The destination cannot hold
// it, or we may not make it.
const (
	LostOwner       = "owner"
	LostGroup       = "group"
	LostPermissions = "permissions"
	LostSpecialBits = "setuid, setgid or sticky bit"
	LostXattrs      = "extended attributes"
	LostACL         = "ACL"
	LostCapability  = "capabilities"   // security.capability
	LostLabel       = "security label" // any other security.*, of SELinux, IMA …
	LostFIFO        = "named pipe"     // the FIFO itself
	LostDevice      = "device"         // the device itself
	LostHardLink    = "hard link"
)

// ErrLost is wrapped by the error of a file that would lose something, with Options.Strict.
var ErrLost = errors.New("not possible here")

// losses holds some of the values above, each at most once.
type losses []string

func (l *losses) add(what string) {
	if !slices.Contains(*l, what) {
		*l = append(*l, what)
	}
}

// judged returns the losses, or with Strict an error if there are any.
func (l losses) judged(opts Options) (losses, error) {
	if opts.Strict && len(l) > 0 {
		return nil, NewError("keep "+strings.Join(l, ", "), ErrLost)
	}
	return l, nil
}

// losing has the errors that mean the loss of an attribute. EINVAL means an owner that our user
// namespace does not know. E2BIG and ERANGE mean a value too large for the destination.
var losing = []error{fs.ErrPermission, errors.ErrUnsupported, syscall.EINVAL, syscall.E2BIG, syscall.ERANGE}

// refused reports whether err means that an attribute is lost. Other errors, such as a full or
// failing disk, are errors of the file.
func refused(err error) bool {
	for _, target := range losing {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
