package plan_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/plan"
)

// Check also sees a destination inside the source by way of a mount.
func TestCheckMounts(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", "src/a/b c/f", "src/f", "src/h/kept/f", "src/disk/", "m/", "m 2/", "all/", "hidden/", "out/",
		"other/x/", "dst/in/f", "dst/sub/", "part/")
	bind(t, "src/a/b c", "m")
	bind(t, "src/a", "m 2")
	bind(t, "src", "all")
	bind(t, "other/x", "out")
	bind(t, "src/h", "hidden")
	bind(t, "dst/in", "part")
	mount(t, "none", "src/h", "tmpfs", 0) // what was there is hidden
	mount(t, "none", "src/disk", "tmpfs", 0)
	makeTree(t, ".", "src/disk/d/", "disk/")
	bind(t, "src/disk/d", "disk")
	for _, row := range []struct{ source, dest, want string }{
		{"src", "m/x", `dest "m/x": is inside source "src"`},
		{"src", "m", "is inside source"},
		{"src", "m/x/y/z", "is inside source"},
		{"src", "m 2/b c/new", "is inside source"},
		{"src", "disk/x", "is inside source"},
		{"src/disk", "disk/x", "is inside source"},
		{"all", "m/x", "is inside source"},
		{"all", "src/new", "is inside source"},
		{"m 2", "m/x", "is inside source"},
		{"src", "all", "are the same folder"},
		{"all", "src", "are the same folder"},
		{"src", "all/new", "is inside source"},
		{"m", "src/a/b c", "are the same folder"},
		{"m/f", "src/a/b c", "the copy would be the file itself"},
		{"src/a/b c", "m 2/b c", "are the same folder"},

		{"src", "out/x", ""},
		{"src", "hidden/x", ""},
		{"src/h", "hidden/x", ""},
		{"m", "src/a", ""},
		{"part", "dst", ""},
	} {
		_, err := plan.Check([]string{row.source}, row.dest, 0)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("Check(%q, %q): %v; want %s", row.source, row.dest, err, row.want)
		}
	}
	several := []string{"other", "src/f", "src/a"}
	for dest, want := range map[string]string{
		"m/x": `dest "m/x": is inside source "src/a"`, "m 2": "are the same folder", "out/x": `is inside source "other"`,
		"all/a/new": `is inside source "src/a"`, "all": "the copy would be the source itself", "disk/x": "", "src/new": "",
	} {
		tree, err := plan.Check(several, dest, 0)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Check(%q, %q): %v; want %s", several, dest, err, want)
		}
		if err == nil {
			for name, want := range map[string]bool{"m/record": true, "src/record": false, "all/f": true} {
				if holds, _ := tree.Holds(name, 0); holds != want {
					t.Errorf("%q: Holds(%q): %v; want %v", several, name, holds, want)
				}
			}
			tree.Folders.Close()
		}
	}
	tree, err := plan.Check([]string{"src"}, "other/new", 0)
	must(t, err)
	for name, want := range map[string]bool{"m/record": true, "disk/record": true, "out/record": false,
		"hidden/record": false} {
		if holds, err := tree.Holds(name, 0); holds != want || err != nil {
			t.Errorf("Holds(%q): %v, %v; want %v", name, holds, err, want)
		}
	}
}

// The walk keeps source and destination apart by itself, without Check.
func TestWalkStaysApart(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", "src/a/b/f", "src/a/g", "src/z/f", "m/", "dst/s/f", "dst/s/s/f", "dst/s/y/f", "dst/y/f",
		"dst/s/l/f", "dst/s/m/f", "dst/l -> s/y", "dst/m -> y", "mid/y/", "mid/q/", "from/q/in/q/f", "from/y/f")
	bind(t, "src/a/b", "m")
	bind(t, "from/q/in", "mid/y")
	const (
		into = "enter folder: holds the destination, and cannot be copied into itself"
		onto = "enter folder: the destination has a folder of the source under this name, " +
			"which would be written over while it is read"
	)
	for _, row := range []struct {
		source, dest  string
		files, failed []string
	}{
		{"src/", "m/x", []string{"a/g", "z/f"}, []string{"a/b: " + into}}, // by the names in it
		{"dst/s/", "dst", []string{"f", "m/f", "y/f"}, []string{"l: " + onto, "s: " + onto}},
		{"from/", "mid", []string{"q/in/q/f"}, []string{"y: " + onto}},
		{"src", "m/x", []string{"a/g", "z/f"}, []string{"a/b: " + into}},
		{"src", "m", []string{"a/g", "z/f"}, []string{"a/b: " + into}},
		{"dst/s", "dst", []string{"f", "m/f", "y/f"}, []string{"l: " + onto, "s: " + onto}},
		{"from", "mid", []string{"q/in/q/f"}, []string{"y: " + onto}},
	} {
		tree := plan.Tree{Source: row.source, Dest: row.dest}
		if strings.HasSuffix(row.source, "/") {
			tree.Names = namesIn(t, row.source)
		}
		batches, seen := runAll(t, tree, plan.Options{Overwrite: "always"})
		files, _ := filesAndRest(batches)
		if failed := seen.of(event.Failed); !slices.Equal(files, row.files) || !slices.Equal(failed, row.failed) {
			t.Errorf("%s to %s: files %q, failed %q; want %q, %q", row.source, row.dest, files, failed, row.files,
				row.failed)
		}
	}
}

func namesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// bind mounts a folder at a second place.
func bind(t *testing.T, from, at string) {
	t.Helper()
	mount(t, from, at, "", unix.MS_BIND)
}

func mount(t *testing.T, from, at, kind string, flags uintptr) {
	t.Helper()
	needsRoot(t)
	if err := unix.Mount(from, at, kind, flags, ""); err != nil {
		t.Skip("needs root: mount: ", err)
	}
	t.Cleanup(func() { unmount(t, at) })
	must(t, unix.Mount("", at, "", unix.MS_PRIVATE, "")) // later mounts below one do not appear below the other
}
