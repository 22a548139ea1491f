//go:build !linux

package process

import "os/exec"

// spawner starts the daemon children; there is no PDEATHSIG here that would need a thread of its own.
type spawner struct{}

func newSpawner() *spawner { return &spawner{} }

func (s *spawner) start(cmd *exec.Cmd) error { return cmd.Start() }

func (s *spawner) stop() {}
