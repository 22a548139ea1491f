//go:build !linux

package process

import "os/exec"

// cgroups are control groups, which only Linux has.
type cgroups struct{}

type cgroup struct{}

func newCgroups(bool) *cgroups { return nil }

func (*cgroups) forDaemons() (dir string) { return "/" }

func (*cgroups) enter(int64, bool) *cgroup { return nil }

func (*cgroups) giveUp() {}

func (*cgroups) close() {}

func (*cgroup) start(_ *exec.Cmd, start func() error) error { return start() }

func (*cgroup) limited() bool { return false }

func (*cgroup) leave() (outOfMemory bool) { return false }

func endDaemons() {}

func removeDaemons(int) {}
