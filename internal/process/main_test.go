//go:build unix

package process_test

import (
	"os"
	"testing"

	"brood/internal/process"
)

// TestMain is the child's door: this binary is its own children, and the
// parents of the tests that kill a parent.
func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each child of a -race binary sleeps 1 s at its exit
	if status, ok := process.Main(os.Args, lookup, "late"); ok {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

func lookup(name string) (process.Target, bool) {
	target, ok := targets[name]
	return target, ok
}
