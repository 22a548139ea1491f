//go:build !linux

package process

import "os/exec"

// spawner starts children. Nothing here depends on the thread that starts them.
type spawner struct{}

func newSpawner(priority) (*spawner, error) { return &spawner{}, nil }

func (s *spawner) starting(cmd *exec.Cmd, _ bool) func() error { return cmd.Start }

func (s *spawner) stop() {}
