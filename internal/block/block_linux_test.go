package block_test

import (
	"io"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/block"
	"brood/internal/process"
)

// When descriptors run out, no byte is lost: the same block comes later.
func TestNoDescriptors(t *testing.T) {
	r, err := block.Open(block.Spec{Delim: '\n', Records: 1, Dir: t.TempDir()}, strings.NewReader("a\nb\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a\n", "b\n"} {
		var old unix.Rlimit
		check(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
		check(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: old.Max}))
		_, err := r.Next()
		check(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &old))
		if !process.Exhausted(err) {
			t.Errorf("error %v, want %v", err, syscall.EMFILE)
		}
		f, err := r.Next()
		check(t, err)
		got, err := io.ReadAll(io.NewSectionReader(f, 0, 100))
		if err != nil || string(got) != want {
			t.Errorf("block %q, %v, want %q", got, err, want)
		}
		f.Close()
	}
}

// A block that is too large for its file is lost, and so are all after it.
func TestWriteError(t *testing.T) {
	r, err := block.Open(block.Spec{Delim: '\n', Size: 4, Dir: t.TempDir()}, strings.NewReader("a\nlong line\nb\n"))
	if err != nil {
		t.Fatal(err)
	}
	var old unix.Rlimit
	check(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &old))
	check(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 5, Max: old.Max}))
	defer unix.Setrlimit(unix.RLIMIT_FSIZE, &old)
	f, err := r.Next()
	check(t, err)
	f.Close()
	for range 2 {
		if _, err := r.Next(); err == nil || !strings.Contains(err.Error(), "block 2: write to ") {
			t.Errorf("error %v, want one of writing", err)
		}
	}
	check(t, r.Close())
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
