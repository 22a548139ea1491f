//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"

	"brood/internal/testenv"
)

// afterTests holds what to call after the last test.
var afterTests []func()

// TestMain makes this binary the program under test: under the name brood it is the command, its children and their
// guardians; under the name job it is a shell's job that runs brood.
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
