// Package faultfs is a file system that does, on command, what others do when
// something is wrong. It is mounted by FUSE, served by the process that mounts it, and
// passes everything on to a folder beneath, but for the faults that are injected:
//
//	f, err := faultfs.Mount(mounted, beneath, faultfs.Options{})
//	bad := f.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "a.mov", From: 1 << 20, Err: syscall.EIO}) // a bad sector
//	…
//	bad.Remove()
//	err = f.Unmount()
//
// Other rules, for the same file or for any:
//
//	{Ops: Open, Times: 2, Err: EIO}                    what succeeds when it is tried again
//	{Ops: Read, Name: "a.mov", Stall: Uninterruptible} a disk that hangs
//	{Ops: Write, After: 10 << 20, Err: ENOSPC}         a disk with room for 10 MiB
//	{Ops: Read, From: 4711, Flip: 1}                   a bit that has changed on the medium
//	{Ops: Read, From: 1 << 20, Shrink: true}           a file that is cut off while it is read
//
// The kernel caches neither names nor attributes, nor contents (unless Options.Cached),
// but for files that are mapped or copied by copy_file_range(2). Of those it asks for
// whole pages, twice for one that fails, and a rule's From has to be where one begins.
// A path that fails with ESTALE it walks twice.
//
// A process that serves a file system should not wait for it. While a thread of its
// own waits for an answer it cannot even be killed, until root does umount -f. So what
// may stall is for another process to ask for, and so are accesses to mapped memory,
// which Go's scheduler does not expect to wait.
package faultfs
