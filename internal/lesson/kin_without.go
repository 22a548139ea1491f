//go:build !unix

package lesson

import (
	"errors"

	"brood/internal/process"
)

// kinTargets need Unix. Elsewhere they return an error.
var kinTargets = map[string]process.Target{
	"orphan": notHere, "killed": notHere, "killed-python": notHere, "pool-python": notHere, "group": notHere, "subreaper": notHere,
	"tree":         notHere,
	"stall-asleep": notHere, "stall-stopped": notHere, "stall-vfork": notHere, "stall-folder": notHere,
}

func notHere(*process.Work) error {
	return errors.New("this lesson needs Unix: adoption of orphans, process groups")
}
