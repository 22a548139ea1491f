package lesson

import (
	"os"
	"testing"

	"brood/internal/process"
)

// TestMain is the child's door: this binary is the processes of the quiz, too.
func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each child of a -race binary sleeps 1 s at its exit
	if status, ok := process.Main(os.Args, Lookup); ok {
		os.Exit(status)
	}
	os.Exit(m.Run())
}
