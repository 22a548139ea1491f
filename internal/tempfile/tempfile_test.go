package tempfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"

	"brood/internal/tempfile"
	"brood/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }

// A file has no name, and each result of Reopen begins with its first byte.
func TestReopen(t *testing.T) {
	folder := tempfile.Folder{Path: t.TempDir()}
	f, err := folder.Create()
	check(t, err)
	if names, err := os.ReadDir(folder.Path); err != nil || len(names) > 0 && runtime.GOOS != "windows" {
		t.Errorf("the folder has %v, %v, want nothing", names, err)
	}
	_, err = f.WriteString("contents")
	check(t, err)
	for range 2 {
		again, err := f.Reopen()
		check(t, err)
		got, err := io.ReadAll(again)
		if err != nil || string(got) != "contents" {
			t.Errorf("read %q, %v", got, err)
		}
		check(t, again.Close())
	}
	_, err = f.WriteString(", more")
	check(t, err)
	check(t, f.Close())
	if names, err := os.ReadDir(folder.Path); err != nil || len(names) > 0 {
		t.Errorf("after Close the folder has %v, %v, want nothing", names, err)
	}
}

// The error for a missing folder names it.
func TestNoFolder(t *testing.T) {
	folder := tempfile.Folder{Path: t.TempDir() + "/none"}
	_, err := folder.Create()
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none") {
		t.Errorf("error %v, want that the folder does not exist", err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
