//go:build unix && !linux

package process

import "syscall"

// group is a process group that the guardian may have to end.
type group struct{ pgid int }

func openGroup(pgid int) group { return group{pgid} }

func (g group) close() {}

func (g group) kill() { _ = syscall.Kill(-g.pgid, syscall.SIGKILL) }

// sweepGroup does nothing: the leader has been reaped here, and its number could be a stranger's.
func sweepGroup(int) {}
