package tempfile_test

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/tempfile"
)

// A process that holds an earlier result of Reopen cannot change what a later one reads.
func TestReopenApart(t *testing.T) {
	folder := tempfile.Folder{Path: t.TempDir()}
	f, err := folder.Create()
	check(t, err)
	defer f.Close()
	_, err = f.WriteString("contents")
	check(t, err)
	first, err := f.Reopen()
	check(t, err)
	defer first.Close()
	second, err := f.Reopen()
	check(t, err)
	defer second.Close()
	if _, err := first.Seek(0, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if _, err := first.WriteString("x"); err == nil {
		t.Error("the result can be written, want it to be only for reading")
	}
	if got, err := io.ReadAll(second); err != nil || string(got) != "contents" {
		t.Errorf("the second reads %q, %v", got, err)
	}
}

// Too few descriptors are an error. A shared offset would be no help then.
func TestReopenWithoutDescriptors(t *testing.T) {
	folder := tempfile.Folder{Path: t.TempDir()}
	f, err := folder.Create()
	check(t, err)
	defer f.Close()
	var old unix.Rlimit
	check(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
	check(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: old.Max}))
	_, err = f.Reopen()
	check(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &old))
	if err == nil || err.Error() != "open a temporary file again: too many open files" {
		t.Errorf("error %v, want too many open files", err)
	}
}
