package memfd

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Of finds the file by its whole name. It is the same file: what one writes, the other reads.
func TestOf(t *testing.T) {
	file, err := New("brood-test", 10)
	must(t, err)
	defer file.Close()
	if _, err := Of(os.Getpid(), "brood"); !errors.Is(err, ErrNone) {
		t.Errorf("Of a part of the name returns %v, want %v", err, ErrNone)
	}
	found, err := Of(os.Getpid(), "brood-test")
	must(t, err)
	defer found.Release()
	defer found.File.Close()
	_, err = found.File.WriteAt([]byte("written"), 3)
	must(t, err)
	text := make([]byte, 10)
	_, err = file.ReadAt(text, 0)
	must(t, err)
	if string(text) != "\x00\x00\x00written" {
		t.Errorf("the file has %q", text)
	}
	if err := found.Signal(0); err != nil {
		t.Errorf("signal: %v", err)
	}
}

// Nobody can change the size, and nobody can undo that.
func TestSealed(t *testing.T) {
	file, err := New("brood-test", 10)
	must(t, err)
	defer file.Close()
	for _, size := range []int64{0, 9, 11} {
		if err := file.Truncate(size); !errors.Is(err, unix.EPERM) {
			t.Errorf("%d bytes: %v, want %v", size, err, unix.EPERM)
		}
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_WRITE); !errors.Is(err, unix.EPERM) {
		t.Errorf("another seal: %v, want %v", err, unix.EPERM)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
