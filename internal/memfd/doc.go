// Package memfd makes files in memory, which have a name but no path. Another process finds such a file by the name
// and the PID of a process that has it open:
//
//	one:     file, err := memfd.New("brood-rate", 4096)
//	another: found, err := memfd.Of(pid, "brood-rate"); use found.File; found.Release()
//
// It needs Linux, for memfd_create(2) and /proc. On other systems the package is empty.
package memfd
