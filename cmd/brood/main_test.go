//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// afterTests is done when all tests are.
var afterTests []func()

// TestMain is the command's door: called brood, this binary is the command, its
// children and their guardian.
func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each child of a -race binary sleeps 1 s at its exit
	if filepath.Base(os.Args[0]) == "brood" {
		main()
	}
	status := m.Run()
	for _, f := range afterTests {
		f()
	}
	os.Exit(status)
}
