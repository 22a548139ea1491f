//go:build unix

package process_test

import (
	"io"
	"os"
	"testing"

	"brood/internal/process"
)

// A child has the file that is shared with it, and passes it on only when it wants to.
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
				t.Errorf("it is not the caller's any more: %v", err)
			}
		})
	}
}

// A child has the files that are passed to it, in their order, and its own children have not.
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
