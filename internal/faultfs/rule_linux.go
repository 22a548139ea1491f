package faultfs

import (
	"path"
	"slices"
	"syscall"
)

// Op is a set of operations, by the names that they have in the FUSE protocol.
type Op uint32

const (
	Lookup Op = 1 << iota // a name is looked for: every system call does it for each part of a path
	Getattr
	Setattr // chmod, chown, truncate, utimes
	Readlink
	Open   // of a file or a folder that is there
	Create // of a file
	Read
	Write
	Fallocate
	Flush // of each close(2)
	Fsync // of a file or a folder
	Readdir
	Mkdir
	Mknod
	Symlink
	Link
	Unlink
	Rmdir
	Rename // a rule's name is the old or the new one
	Statfs
)

// Rule is a fault: what it is about, and what happens then. Of what happens, all that
// is set happens, in the order given here.
type Rule struct {
	Ops  Op     // the operations; 0: all
	Name string // a pattern of path.Match for the name from the root (".") on; "": any

	// From is the offset at which it begins, for Read, Write and Fallocate: bytes
	// before it are read and written as ever, and an operation that begins before it
	// and goes beyond is a short one.
	From int64

	// After is how many bytes Reads, Writes and Fallocates that the rule is about may
	// move in all before it begins.
	After int64

	Times int // how many operations it happens to; 0: all, until the rule is removed

	Stall  Stall         // the operation waits
	Shrink bool          // the file beneath is cut off at From
	Err    syscall.Errno // the operation fails
	Flip   byte          // these bits of the byte at From are read or written inverted
}

// Stall is what ends the wait of an operation beside the removal of its rule, as the
// kernel's own states of that name. What it ends fails with EINTR.
type Stall int

const (
	Interruptible   Stall = 1 + iota // any signal that is not ignored or blocked, as with a network file system mounted intr
	Killable                         // SIGKILL, or exit of another thread, as with NFS
	Uninterruptible                  // nothing, as with a disk: a killed client is there until the rule is removed
)

// request is what the rules see of an operation.
type request struct {
	op    Op
	names []string

	// Of an operation on bytes: which, and what cuts the file off there.
	ranged     bool
	start, end int64
	cut        func(size int64) syscall.Errno
}

// about tells whether the rule is about the request.
func (r *Rule) about(q request) bool {
	if r.Ops != 0 && r.Ops&q.op == 0 || r.Name != "" && !slices.ContainsFunc(q.names, r.named) {
		return false
	}
	if !q.ranged {
		return !r.Shrink && r.Flip == 0
	}
	return q.end > r.From && (r.Flip == 0 || q.start <= r.From)
}

func (r *Rule) named(name string) bool {
	ok, _ := path.Match(r.Name, name)
	return ok
}
