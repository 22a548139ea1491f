//go:build unix

package target

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestReopen: on Linux a child works in the folder that it inherits, wherever the path leads. Elsewhere it
// notices that the path leads to another folder.
func TestReopen(t *testing.T) {
	for name, row := range map[string]struct {
		change func(dir string) error
		byPath string // the error of reopenByPath; "" for none
	}{
		"as it was": {func(string) error { return nil }, ""},
		"replaced": {func(dir string) error {
			if err := os.Rename(dir+"/f", dir+"/real"); err != nil {
				return err
			}
			return os.Mkdir(dir+"/f", 0o755)
		}, "is another folder than when the run began"},
		"a link": {func(dir string) error {
			if err := os.Rename(dir+"/f", dir+"/real"); err != nil {
				return err
			}
			return os.Symlink(".", dir+"/f")
		}, "is another folder than when the run began"},
		"a link to itself": {func(dir string) error {
			if err := os.Rename(dir+"/f", dir+"/real"); err != nil {
				return err
			}
			return os.Symlink("real", dir+"/f")
		}, ""},
		"renamed": {func(dir string) error { return os.Rename(dir+"/f", dir+"/real") }, "no such file or directory"},
		"removed": {func(dir string) error { return os.RemoveAll(dir + "/f") }, "no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.MkdirAll(dir+"/f/mine", 0o755); err != nil {
				t.Fatal(err)
			}
			opened, err := os.Open(dir + "/f")
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			if err := row.change(dir); err != nil {
				t.Fatal(err)
			}
			wantRoot(t, "by path", row.byPath, opened,
				func() (*os.Root, error) { return reopenByPath(opened, dir+"/f") })
			if runtime.GOOS == "linux" {
				wantRoot(t, "by descriptor", "", opened, func() (*os.Root, error) { return reopen(opened, dir+"/f") })
			}
		})
	}
}

func wantRoot(t *testing.T, how, why string, opened *os.File, open func() (*os.Root, error)) {
	t.Helper()
	root, err := open()
	if err != nil {
		if why == "" || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", how, err, why)
		}
		return
	}
	defer root.Close()
	want, _ := opened.Stat()
	if got, err := root.Stat("."); why != "" || err != nil || !os.SameFile(got, want) {
		t.Errorf("%s: another folder, or the error %v; want %q", how, err, why)
	}
}
