package target_test

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brood/internal/filecopy"
	"brood/internal/process"
	"brood/internal/target"
)

func TestLookup(t *testing.T) {
	for name, want := range map[string]bool{"copy": true, "": false, "-": false, "Copy": false, "sing": false} {
		if found, ok := target.Lookup(name); ok != want || (found != nil) != want {
			t.Errorf("Lookup(%q): %v, want %v", name, ok, want)
		}
	}
}

// TestBinding: an argument that makes no sense is an error before anything is touched.
func TestBinding(t *testing.T) {
	copyTarget, _ := target.Lookup("copy")
	for name, row := range map[string]struct {
		kwargs map[string]string
		want   string
	}{
		"none":          {map[string]string{}, "copy: want --source=DIR and --dest=DIR, and names after --"},
		"no source":     {map[string]string{"dest": "d"}, "copy: want --source=DIR and --dest=DIR, and names after --"},
		"empty source":  {map[string]string{"source": "", "dest": "d"}, "copy: want --source=DIR and --dest=DIR, and names after --"},
		"no dest":       {map[string]string{"source": "s"}, "copy: want --source=DIR and --dest=DIR, and names after --"},
		"unknown":       {map[string]string{"source": "s", "dest": "d", "speed\x1b": "9"}, `copy: no such argument: "speed\x1b"`},
		"bad overwrite": {map[string]string{"source": "s", "dest": "d", "overwrite": "maybe"}, `copy: overwrite "maybe": want changed, always or never`},
		"source gone":   {map[string]string{"source": "gone", "dest": "d"}, "no such file or directory"},
		"source a file": {map[string]string{"source": "s/f", "dest": "d"}, "not a directory"},
		"dest a file":   {map[string]string{"source": "s", "dest": "s/f"}, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(folderWithFile(t))
			err := copyTarget(&process.Work{Args: []string{"f"}, Kwargs: row.kwargs, Events: io.Discard})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %s", err, row.want)
			}
			if _, err := os.Lstat("d"); err == nil {
				t.Error("the destination was made")
			}
		})
	}
}

func TestNoNames(t *testing.T) {
	t.Chdir(folderWithFile(t))
	copyTarget, _ := target.Lookup("copy")
	err := copyTarget(&process.Work{Kwargs: map[string]string{"source": "s", "dest": "d"}, Events: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "names after --") {
		t.Errorf("%v", err)
	}
}

// folderWithFile is a new folder, in which s is a folder that has a file f.
func folderWithFile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "s"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "s", "f"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestConfig(t *testing.T) {
	names := []string{"a", "-b", "c d"}
	config := target.Copy{Source: "s", Dest: "d", Overwrite: filecopy.Never, Names: names}.Config()
	if config.Target != "copy" || !config.Events || strings.Join(config.Args, "|") != "a|-b|c d" {
		t.Errorf("%+v; want target copy, events, and the names as arguments", config)
	}
	if want := map[string]string{"source": "s", "dest": "d", "overwrite": "never"}; !maps.Equal(config.Kwargs, want) {
		t.Errorf("named arguments %q, want %q", config.Kwargs, want)
	}
}
