package lesson

import (
	"os"
	"testing"

	"brood/internal/process"
	"brood/internal/testenv"
)

// TestMain runs this binary as a process of a lesson if its arguments say so.
func TestMain(m *testing.M) {
	if status, ok := process.Main(os.Args, Lookup); ok {
		os.Exit(status)
	}
	os.Exit(testenv.New(m).Run())
}
