//go:build unix

package process

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestCloseInheritedOnExec(t *testing.T) {
	for name, keep := range map[string]func(){
		"by the kernel's call": func() { CloseInheritedOnExec() },
		"one by one":           func() { closeOnExecEach(3) },
	} {
		fd, err := unix.Open(os.DevNull, unix.O_RDONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		if closedOnExec(fd) {
			t.Fatal("the descriptor is closed on exec already: the test shows nothing")
		}
		keep()
		if !closedOnExec(fd) {
			t.Errorf("%s: a child inherits it", name)
		}
		if closedOnExec(0) {
			t.Errorf("%s: a child has no standard input", name)
		}
	}
	excepted, err := unix.Open(os.DevNull, unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(excepted)
	own, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	CloseInheritedOnExec(excepted, int(own.Fd()), 1<<20)
	if closedOnExec(excepted) {
		t.Error("a child does not inherit the exception")
	}
	if !closedOnExec(int(own.Fd())) {
		t.Error("a child inherits a file that this process opened")
	}
}
