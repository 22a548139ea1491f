//go:build !linux

package process

import "os/exec"

// spawner starts children; there is nothing here that a thread of its own would be needed for.
type spawner struct{}

func newSpawner(priority) (*spawner, error) { return &spawner{}, nil }

func (s *spawner) start(cmd *exec.Cmd, _ bool) error { return cmd.Start() }

func (s *spawner) stop() {}
