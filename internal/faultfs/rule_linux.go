package faultfs

import (
	"path"
	"slices"
	"syscall"
)

// Op is a set of operations, named as in the FUSE protocol.
type Op uint32

const (
	Lookup Op = 1 << iota // by every system call, for each part of a path
	Getattr
	Setattr // chmod, chown, truncate, utimes
	Readlink
	Open   // of an existing file or folder
	Create // of a file
	Read
	Write
	Fallocate
	Flush // by each close(2)
	Fsync // of a file or a folder
	Readdir
	Mkdir
	Mknod
	Symlink
	Link
	Unlink
	Rmdir
	Rename // a rule can name the old or the new name
	Statfs
)

// Rule selects operations and the fault that they meet. If several kinds of fault are set, all of them happen,
// in the order of the fields.
type Rule struct {
	Ops  Op     // the operations; 0: all
	Name string // pattern of path.Match for the path from the root, which is "."; "": any path

	// From is the offset, in bytes, where the fault begins, for Read, Write and Fallocate. Bytes before it
	// are read and written as usual. An operation that crosses it becomes a short one.
	From int64

	// After is the number of bytes that matching Reads, Writes and Fallocates may move before the fault
	// begins.
	After int64

	Times int // the largest number of operations with the fault; 0: no limit

	Stall  Stall         // the operation waits
	Shrink bool          // truncates the file beneath to From
	Err    syscall.Errno // the operation fails
	Flip   byte          // inverts these bits of the byte at From
}

// Stall selects what ends a stalled operation before Remove does. The operation fails with EINTR then. The
// names are those of the kernel's states.
type Stall int

const (
	// Interruptible: any signal that is not ignored or blocked, as for a network file system mounted intr.
	Interruptible Stall = 1 + iota
	// Killable: SIGKILL, or the exit of another thread, as for NFS.
	Killable
	// Uninterruptible: nothing, as for a disk. A killed client stays until Remove.
	Uninterruptible
)

// request is an operation, as rules see it.
type request struct {
	op    Op
	names []string

	// For an operation on bytes.
	ranged     bool
	start, end int64
	cut        func(size int64) syscall.Errno // truncates the file
}

// matches reports whether the rule matches the request.
func (r *Rule) matches(q request) bool {
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
