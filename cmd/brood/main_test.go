//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"

	"brood/internal/testenv"
)

// afterTests is done when all tests are.
var afterTests []func()

// TestMain is the command's door: called brood, this binary is the command, its
// children and their guardians.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "brood":
		main()
	case "job":
		os.Exit(job(os.Args[1:]))
	}
	status := testenv.New(m).Run()
	for _, f := range afterTests {
		f()
	}
	os.Exit(status)
}
