package faultfs_test

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/testenv"
)

func TestMain(m *testing.M) {
	if of := os.Getenv(clientOf); of != "" {
		client(of)
	}
	goleak.VerifyTestMain(testenv.New(m))
}

// TestFold: all spellings of a name are one entry, which keeps the first spelling.
func TestFold(t *testing.T) {
	const nfc, nfd = "\u00e9.mov", "e\u0301.MOV"
	f := faultfstest.Mount(t, faultfs.Options{Fold: true})
	dir, beneath := f.Mounted, f.Beneath
	must(t, os.Mkdir(dir+"/Sub", 0o755))
	must(t, os.WriteFile(dir+"/Sub/a.mov", []byte("a"), 0o640))
	must(t, os.WriteFile(dir+"/sub/"+nfc, []byte("e"), 0o600))
	must(t, os.Symlink("a.mov", dir+"/sub/Link"))
	must(t, os.Link(dir+"/SUB/A.MOV", dir+"/sub/hard"))
	want(t, dir+"/sub", "Link", "a.mov", "hard", nfc)
	want(t, beneath+"/Sub", "Link", "a.mov", "hard", nfc)
	for name, contents := range map[string]string{
		"sub/A.mov": "a", "SUB/" + nfd: "e", "sub/link": "a", "sub/HARD": "a",
	} {
		if got, err := os.ReadFile(dir + "/" + name); string(got) != contents || err != nil {
			t.Errorf("%q: %q, %v; want %q", name, got, err, contents)
		}
	}
	if _, err := os.OpenFile(dir+"/sub/A.MOV", os.O_CREATE|os.O_EXCL, 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create exclusively under another spelling: %v", err)
	}

	must(t, os.WriteFile(dir+"/new", []byte("new"), 0o600))
	err := unix.Renameat2(unix.AT_FDCWD, dir+"/new", unix.AT_FDCWD, dir+"/sub/A.MOV", unix.RENAME_NOREPLACE)
	if err != unix.EEXIST {
		t.Errorf("rename to an existing entry: %v, want EEXIST", err)
	}
	must(t, os.Rename(dir+"/NEW", dir+"/sub/A.MOV"))
	if got, _ := os.ReadFile(dir + "/sub/a.mov"); string(got) != "new" {
		t.Errorf("not replaced: %q", got)
	}
	must(t, os.Remove(dir+"/sub/"+nfd))
	want(t, dir+"/sub", "Link", "a.mov", "hard")
	must(t, os.RemoveAll(dir+"/SUB"))
	want(t, dir)
}

// TestOneOfMany: if several processes make one name at the same time, one of them succeeds.
func TestOneOfMany(t *testing.T) {
	dir := faultfstest.Mount(t, faultfs.Options{Fold: true}).Mounted
	for range 50 {
		var all sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for _, name := range []string{"a", "A"} {
			all.Go(func() {
				if os.Mkdir(dir+"/"+name, 0o700) == nil {
					mu.Lock()
					made++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if made != 1 {
			t.Fatalf("made %d times, want once", made)
		}
		must(t, os.Remove(dir+"/a"))
	}
}

func TestRefused(t *testing.T) {
	dir := faultfstest.Mount(t, faultfs.Options{Refuse: func(name string) error {
		if strings.ContainsAny(name, ":?") {
			return syscall.EILSEQ
		}
		return nil
	}}).Mounted
	for name, err := range map[string]error{"a": nil, "A": nil, "a:b": syscall.EILSEQ, "?": syscall.EILSEQ} {
		if got := os.WriteFile(dir+"/"+name, nil, 0o600); !errors.Is(got, err) {
			t.Errorf("%q: %v; want %v", name, got, err)
		}
	}
	want(t, dir, "A", "a")
}

func want(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, names) {
		t.Errorf("%s has %q; want %q", dir, got, names)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
