package lesson

import (
	"os"
	"testing"

	"brood/internal/process"
	"brood/internal/testenv"
)

// TestMain is the child's door: this binary is the processes of the quiz, too.
func TestMain(m *testing.M) {
	if status, ok := process.Main(os.Args, Lookup); ok {
		os.Exit(status)
	}
	os.Exit(testenv.New(m).Run())
}
