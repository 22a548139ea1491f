//go:build unix

package process_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"brood/internal/process"

	"golang.org/x/sys/unix"
)

// A child has the shared file, and its own children have it only if it passes the file on.
func TestShared(t *testing.T) {
	for _, row := range []struct {
		name         string
		config       process.Config
		shared       bool
		said, writes string
	}{
		{"nothing", process.Config{Target: "shared"}, false, "nothing", "parent "},
		{"a file", process.Config{Target: "shared"}, true, "inherited=false", "parent child "},
		{"a file of a daemon", process.Config{Target: "shared", Daemon: new(true)}, true, "inherited=false", "parent child "},
		{"not passed on", process.Config{Target: "shares"}, true, "nothing", "parent "},
		{"passed on", process.Config{Target: "shares", Args: []string{"on"}}, true, "inherited=false", "parent child "},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, err := os.CreateTemp(t.TempDir(), "")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.WriteString("parent "); err != nil {
				t.Fatal(err)
			}
			if row.shared {
				row.config.Shared = f
			}
			if got := said(t, start(t, row.config)); got != row.said {
				t.Errorf("the child says %q, want %q", got, row.said)
			}
			contents, err := os.ReadFile(f.Name())
			if err != nil || string(contents) != row.writes {
				t.Errorf("the file has %q, %v, want %q", contents, err, row.writes)
			}
			if _, err := f.Stat(); err != nil {
				t.Errorf("the caller cannot use it any more: %v", err)
			}
		})
	}
}

// A child has the files in their order, and its own children have none of them.
func TestFiles(t *testing.T) {
	var files []*os.File
	for _, contents := range []string{"one", "two", "three"} {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(contents); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	for name, row := range map[string]struct {
		config process.Config
		want   string
	}{
		"none":              {process.Config{}, ""},
		"one":               {process.Config{Files: files[:1]}, "one inherited=false\n"},
		"of a daemon":       {process.Config{Files: files, Daemon: new(true)}, "one inherited=false\ntwo inherited=false\nthree inherited=false\n"},
		"beside the shared": {process.Config{Files: files[1:], Shared: files[0]}, "two inherited=false\nthree inherited=false\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range files {
				if _, err := f.Seek(0, io.SeekStart); err != nil {
					t.Fatal(err)
				}
			}
			row.config.Target = "files"
			if got := said(t, start(t, row.config)); got != row.want {
				t.Errorf("the child says %q, want %q", got, row.want)
			}
		})
	}
}

// shared writes to the file that it shares with its parent, and tells whether its own children would inherit
// it.
func shared(w *process.Work) error {
	if w.Shared == nil {
		_, err := fmt.Fprint(w.Events, "nothing")
		return err
	}
	flags, err := unix.FcntlInt(w.Shared.Fd(), unix.F_GETFD, 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Events, "inherited=%t", flags&unix.FD_CLOEXEC == 0)
	_, err = w.Shared.Write([]byte("child "))
	return err
}

// shares starts a child and copies its events. With an argument it passes its shared file on.
func shares(w *process.Work) error {
	passed := process.Config{Target: "shared", Events: true}
	if len(w.Args) > 0 {
		passed.Shared = w.Shared
	}
	p := process.New(passed)
	if err := p.Start(); err != nil {
		return err
	}
	_, err := io.Copy(w.Events, p.Events())
	return errors.Join(err, p.Join())
}

// files writes the contents of each of its files, and whether its own children would inherit it.
func files(w *process.Work) error {
	for _, f := range w.Files {
		contents, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0)
		if err != nil {
			return err
		}
		fmt.Fprintf(w.Events, "%s inherited=%t\n", contents, flags&unix.FD_CLOEXEC == 0)
	}
	return nil
}
