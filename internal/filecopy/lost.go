package filecopy

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// What a copy may lack of its source, in Result.Lost: the destination cannot
// hold it, or we may not make it.
const (
	LostOwner       = "owner"
	LostGroup       = "group"
	LostPermissions = "permissions"
	LostSpecialBits = "setuid, setgid or sticky bit"
	LostXattrs      = "extended attributes"
	LostACL         = "ACL"
	LostCapability  = "capabilities"   // security.capability
	LostLabel       = "security label" // the other security.*: of SELinux, IMA …
	LostFIFO        = "named pipe"     // it was not made
	LostDevice      = "device"         // it was not made
	LostHardLink    = "hard link"
)

// ErrLost is found in the error of a file that would have lost something, with
// Options.Strict.
var ErrLost = errors.New("not possible here")

// losses are some of the words above, each once.
type losses []string

func (l *losses) add(what string) {
	if !slices.Contains(*l, what) {
		*l = append(*l, what)
	}
}

// judged is the losses, or with Strict the error that they are.
func (l losses) judged(opts Options) (losses, error) {
	if opts.Strict && len(l) > 0 {
		return nil, NewError("keep "+strings.Join(l, ", "), ErrLost)
	}
	return l, nil
}

// refused tells whether an attribute that failed with err is lost, rather than
// an error of the file as a full disk or a failing one is. EINVAL is an owner
// that our user namespace does not know; E2BIG and ERANGE are values that are
// too large for the destination.
func refused(err error) bool {
	for _, target := range []error{fs.ErrPermission, errors.ErrUnsupported, syscall.EINVAL, syscall.E2BIG, syscall.ERANGE} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
