//go:build unix

package plan_test

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/plan"
)

// hostileTree makes a tree with names of all kinds, as far as the system takes them.
func hostileTree(t *testing.T, dir string) {
	makeTree(t, dir, "a b", "-rf", "new\nline", "tab\tquote\"'", "{}", "$(x)", "日本/語", "empty/", "in/deep/er/f",
		"in/link -> deep", "dangling -> none", "file -> in/deep/er/f")
	must(t, syscall.Mkfifo(dir+"/in/pipe", 0o600))
	if runtime.GOOS == "linux" {
		makeTree(t, dir, "\xff\xfe", "bad\x80/\xc3(")
	}
}

// allOf returns the paths of all files, in alphabetical order. Each file must be readable.
func allOf(t *testing.T, folder string, opts plan.Options) (paths []string) {
	t.Helper()
	files, err := plan.OpenFiles(folder, opts)
	must(t, err)
	defer files.Close()
	for path, info := range files.All(t.Context(), func(path, why string) { t.Errorf("unread %q: %s", path, why) }) {
		if there, err := os.Lstat(path); err != nil || !os.SameFile(there, info) {
			t.Errorf("%q: %v, or the info of another file", path, err)
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// TestFilesAsFind compares the paths with those of find. A folder may be a link.
func TestFilesAsFind(t *testing.T) {
	t.Chdir(t.TempDir())
	hostileTree(t, "src")
	must(t, os.Symlink("src", "tosrc"))
	for _, folder := range []string{"src", "src/", "./src//", ".", "src/in/..", "tosrc", "tosrc/", "src/empty"} {
		out, err := exec.Command("find", "-H", folder, "-type", "f", "-print0").Output()
		must(t, err)
		want := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		if len(out) == 0 {
			want = nil
		}
		slices.Sort(want)
		if got := allOf(t, folder, plan.Options{}); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", folder, got, want)
		}
	}
}

func TestFilesFiltered(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, "src", "a.mov", "b.txt", "in/c.mov", "in/deep/d.mov", "out/e.mov", leftover(t, "f.mov"))
	for name, row := range map[string]struct {
		opts plan.Options
		want string
	}{
		"all":      {plan.Options{}, "src/a.mov src/b.txt src/in/c.mov src/in/deep/d.mov src/out/e.mov"},
		"include":  {plan.Options{Include: []string{"*.txt"}}, "src/b.txt"},
		"from top": {plan.Options{Include: []string{"in/*"}}, "src/in/c.mov"},
		"exclude":  {plan.Options{Exclude: []string{"out", "a*", "*.txt"}}, "src/in/c.mov src/in/deep/d.mov"},
	} {
		if got := strings.Join(allOf(t, "src", row.opts), " "); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}

func TestOpenFilesErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", "f", "tof -> f", "nowhere -> none", "locked/")
	must(t, os.Chmod("locked", 0o311))
	for folder, want := range map[string]string{
		"":        "the empty string names no file",
		"none":    "no such file or directory",
		"nowhere": "no such file or directory",
		"f":       "is no folder",
		"tof":     "is no folder",
		"f/":      "not a directory",
		"locked":  "permission denied",
	} {
		if folder == "locked" && os.Geteuid() == 0 {
			continue // root may read it
		}
		files, err := plan.OpenFiles(folder, plan.Options{})
		if err == nil {
			files.Close()
			t.Errorf("%q: no error, want %q", folder, want)
		} else if err.Error() != want {
			t.Errorf("%q: error %q, want %q", folder, err, want)
		}
	}
}

// TestFilesUnread checks that a folder that cannot be read loses no other file.
func TestFilesUnread(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "a/1", "b/2", "c/3")
	files, err := plan.OpenFiles(dir, plan.Options{})
	must(t, err)
	defer files.Close()
	var got, unread []string
	for path := range files.All(t.Context(), func(path, why string) { unread = append(unread, path+": "+why) }) {
		got = append(got, strings.TrimPrefix(path, dir))
		if len(got) == 1 { // the walk has met b, and has not read it
			must(t, os.RemoveAll(dir+"/b"))
		}
	}
	if want := []string{"/a/1", "/c/3"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	if want := []string{dir + "/b: read folder: no such file or directory"}; !slices.Equal(unread, want) {
		t.Errorf("unread %q, want %q", unread, want)
	}
}

// TestFilesEndEarly checks that a walk that is ended yields no more.
func TestFilesEndEarly(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "a/1", "b/2")
	for _, cancels := range []bool{false, true} {
		files, err := plan.OpenFiles(dir, plan.Options{})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		for range files.All(ctx, func(path, why string) { t.Errorf("unread %q: %s", path, why) }) {
			n++
			if !cancels {
				break
			}
			cancel()
		}
		if n != 1 {
			t.Errorf("cancelled: %v: %d files, want 1", cancels, n)
		}
		cancel()
		files.Close()
	}
}

// TestFilesAreStreamed checks that the first file comes before the walk has read the later folders.
func TestFilesAreStreamed(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "a/1", "z/")
	files, err := plan.OpenFiles(dir, plan.Options{})
	must(t, err)
	defer files.Close()
	var got []string
	for path := range files.All(t.Context(), func(path, why string) { t.Errorf("unread %q: %s", path, why) }) {
		if got = append(got, strings.TrimPrefix(path, dir)); len(got) == 1 {
			makeTree(t, dir, "z/2")
		}
	}
	if want := []string{"/a/1", "/z/2"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}
