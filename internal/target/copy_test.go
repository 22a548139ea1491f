package target_test

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brood/internal/confine"
	"brood/internal/digest"
	"brood/internal/filecopy"
	"brood/internal/process"
	"brood/internal/target"
)

func TestLookup(t *testing.T) {
	for name, want := range map[string]bool{"copy": true, "link": true, "verify": true, "mark": true,
		"unmark": true, "make": true, "": false, "-": false, "Copy": false, "sing": false} {
		if found, ok := target.Lookup(name); ok != want || (found != nil) != want {
			t.Errorf("Lookup(%q): %v, want %v", name, ok, want)
		}
	}
}

// TestBinding: a wrong argument is an error before the child touches anything.
func TestBinding(t *testing.T) {
	copyTarget, _ := target.Lookup("copy")
	for name, row := range map[string]struct {
		kwargs map[string]string
		want   string
	}{
		"none":          {map[string]string{}, "want --source=DIR and --dest=DIR, and names after --"},
		"no source":     {map[string]string{"dest": "d"}, "want --source=DIR and --dest=DIR, and names after --"},
		"empty source":  {map[string]string{"source": "", "dest": "d"}, "want --source=DIR and --dest=DIR, and names after --"},
		"no dest":       {map[string]string{"source": "s"}, "want --source=DIR and --dest=DIR, and names after --"},
		"bad confine":   {map[string]string{"source": "s", "dest": "d", "confine": "perhaps"}, `confine "perhaps": want auto, always or never`},
		"unknown":       {map[string]string{"source": "s", "dest": "d", "speed\x1b": "9"}, `no such argument: "speed\x1b"`},
		"bad overwrite": {map[string]string{"source": "s", "dest": "d", "overwrite": "maybe"}, `overwrite "maybe": want changed, always or never`},
		"bad hash":      {map[string]string{"source": "s", "dest": "d", "hash": "crc"}, `hash "crc": want xxh128, xxh64, blake3, sha256 or md5`},
		"bad slot":      {map[string]string{"source": "s", "dest": "d", "slot": "-1"}, `slot "-1": want a number`},
		"bad flag":      {map[string]string{"source": "s", "dest": "d", "durable": "perhaps"}, `durable "perhaps": want true`},
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

// folderWithFile makes a new folder with a folder s in it, and a file s/f.
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
	for name, row := range map[string]struct {
		config process.Config
		target string
		args   []string
		kwargs map[string]string
	}{
		"copy": {
			target.Kwargs{Source: "s", Dest: "d", Options: filecopy.Options{Overwrite: filecopy.Never}}.Copy(names),
			"copy", names, map[string]string{"source": "s", "dest": "d", "overwrite": "never"},
		},
		"copy with many options": {
			target.Kwargs{Source: "s", Dest: "d",
				Options: filecopy.Options{Hash: digest.MD5, Durable: true, Resume: true}}.Copy(names),
			"copy", names, map[string]string{"source": "s", "dest": "d", "hash": "md5", "durable": "true", "resume": "true"},
		},
		"archive": {
			target.Kwargs{Source: "s", Dest: "d", Options: filecopy.Options{Archive: true, Strict: true},
				Confine: confine.Always}.Copy(names),
			"copy", names, map[string]string{"source": "s", "dest": "d", "archive": "true", "strict": "true", "confine": "always"},
		},
		"link": {
			target.Kwargs{Source: "s", Dest: "d", Confine: confine.Auto}.Link([]string{"a", "b"}, []string{"c", "-d"}),
			"link", []string{"a", "c", "b", "-d"}, map[string]string{"source": "s", "dest": "d"},
		},
		"verify": {
			target.Kwargs{Source: "s", Dest: "d", Options: filecopy.Options{Hash: digest.XXH128}}.Verify(names),
			"verify", names, map[string]string{"source": "s", "dest": "d", "hash": "xxh128"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := row.config
			if c.Target != row.target || !slices.Equal(c.Args, row.args) || !maps.Equal(c.Kwargs, row.kwargs) {
				t.Errorf("%+v; want %s %q %q", c, row.target, row.kwargs, row.args)
			}
		})
	}
}
