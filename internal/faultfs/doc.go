// Package faultfs is a file system with faults, for tests. It passes every operation on to a folder
// beneath, unless a rule injects a fault. The process that mounts it serves it, by FUSE:
//
//	f, err := faultfs.Mount(mounted, beneath, faultfs.Options{})
//	bad := f.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "a.mov", From: 1 << 20, Err: syscall.EIO}) // a bad sector
//	…
//	bad.Remove()
//	err = f.Unmount()
//
// Other rules, for one file or for any:
//
//	{Ops: Open, Times: 2, Err: EIO}                    a failure that does not happen again
//	{Ops: Read, Name: "a.mov", Stall: Uninterruptible} a disk that hangs
//	{Ops: Write, After: 10 << 20, Err: ENOSPC}         a disk with room for 10 MiB
//	{Ops: Read, From: 4711, Flip: 1}                   a bit that has changed on the medium
//	{Ops: Read, From: 1 << 20, Shrink: true}           a file that becomes shorter while it is read
//
// The kernel caches neither names nor attributes. It caches contents only with Options.Cached, and for
// files that are mapped or copied by copy_file_range(2). For those it reads whole pages, and reads a page
// that fails twice, so a rule's From must be the start of a page. It walks a path that fails with ESTALE twice.
//
// A process that serves a file system must not wait for it. While one of its threads waits for an answer,
// only umount -f by root can end the process. So let another process make every access that may stall, and
// every access to mapped memory: Go's scheduler does not expect that such an access waits.
//
// No package of brood itself imports faultfs.
package faultfs
