//go:build unix

package process_test

import (
	"os"
	"testing"

	"brood/internal/process"
	"brood/internal/testenv"
)

// TestMain is the child's door: this binary is its own children, and the
// parents of the tests that kill a parent.
func TestMain(m *testing.M) {
	if status, ok := process.Main(os.Args, lookup, "late"); ok {
		os.Exit(status)
	}
	os.Exit(testenv.New(m).Run())
}

func lookup(name string) (process.Target, bool) {
	target, ok := targets[name]
	return target, ok
}
