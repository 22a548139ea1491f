//go:build unix

package plan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/plan"
)

func TestCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", "src/f", "src/sub/g", "dst/", "file", "empty/",
		"tosrc -> src", "tosub -> src/sub", "tofile -> file", "todst -> dst", "nowhere -> none", "loop -> loop",
		"src/out -> ../dst", "src/sub/up -> ..", "src-2/x")
	must(t, syscall.Mkfifo("pipe", 0o600))
	abs, err := filepath.Abs(".")
	must(t, err)
	for name, row := range map[string]struct {
		source, dest string
		want         string // in the error; "" for none
		file         string
	}{
		"a folder into nothing yet":            {source: "src", dest: "new"},
		"a folder into a folder":               {source: "src", dest: "dst"},
		"an empty folder":                      {source: "empty", dest: "new"},
		"missing parents":                      {source: "src", dest: "a/b/c"},
		"a slash at the end":                   {source: "src/", dest: "dst/"},
		"source is a link to a folder":         {source: "tosrc", dest: "dst"},
		"dest is a link to a folder":           {source: "src", dest: "todst"},
		"dest is a link in source, to without": {source: "src", dest: "src/out"},
		"below that link":                      {source: "src", dest: "src/out/new"},
		"dest begins with source's name":       {source: "src", dest: "src-2/new"},
		"source is inside dest":                {source: "src/sub", dest: "src"},
		"a file":                               {source: "file", dest: "new/", file: "file"},
		"a file under another name":            {source: "file", dest: "new", want: `dest "new": does not exist, and brood copies`},
		"a file into a folder":                 {source: "file", dest: "dst", file: "file"},
		"a file in a folder":                   {source: "src/f", dest: "dst", file: "f"},
		"a file into a folder below its own":   {source: "src/f", dest: "src/sub", file: "f"},

		"no source":           {source: "none", dest: "new", want: `source "none": no such file or directory`},
		"source is empty":     {source: "", dest: "new", want: "the empty string"},
		"dest is empty":       {source: "src", dest: "", want: "the empty string"},
		"source below a file": {source: "file/x", dest: "new", want: `source "file/x": not a directory`},
		"a file with a slash": {source: "file/", dest: "new", want: `source "file/": not a directory`},
		"source is a link to nothing": {source: "nowhere", dest: "new",
			want: `source "nowhere": no such file or directory`},
		"source is a loop": {source: "loop", dest: "new", want: `source "loop": too many levels`},
		"source is a pipe": {source: "pipe", dest: "new",
			want: `source "pipe": neither a file nor a folder`},
		"source is a device": {source: os.DevNull, dest: "new", want: "neither a file nor a folder"},

		"dest is a file": {source: "src", dest: "file", want: `dest "file": is a file, not a folder`},
		"dest is a link to a file": {source: "src", dest: "tofile",
			want: `dest "tofile": is a file, not a folder`},
		"dest is a pipe":               {source: "src", dest: "pipe", want: `dest "pipe": is a file, not a folder`},
		"dest below a file":            {source: "src", dest: "file/x/y", want: `dest "file/x/y": not a directory`},
		"dest is a link to nothing":    {source: "src", dest: "nowhere", want: `dest "nowhere": is a link to nothing`},
		"that link with a slash":       {source: "src", dest: "nowhere/", want: `dest "nowhere/": `},
		"dest below a link to nothing": {source: "src", dest: "nowhere/x", want: `dest "nowhere/x": `},
		"dest is a loop":               {source: "src", dest: "loop", want: `dest "loop": too many levels`},

		"the same":                     {source: "src", dest: "src", want: "are the same folder"},
		"the same with a slash":        {source: "src", dest: "./src/", want: "are the same folder"},
		"the same, absolute":           {source: "src", dest: filepath.Join(abs, "src"), want: "are the same folder"},
		"the same by ..":               {source: "src", dest: "src/sub/..", want: "are the same folder"},
		"the same by a link as dest":   {source: "src", dest: "tosrc", want: "are the same folder"},
		"the same by a link as source": {source: "tosrc", dest: "src", want: "are the same folder"},
		"the same by a link in it":     {source: "src", dest: "src/sub/up", want: "are the same folder"},
		"the same by a link and ..":    {source: "src", dest: "tosub/..", want: "are the same folder"},

		"inside": {source: "src", dest: "src/sub",
			want: `dest "src/sub": is inside source "src"`},
		"inside, not there":           {source: "src", dest: "src/new", want: "is inside source"},
		"inside, far from there":      {source: "src", dest: "src/new/a/b", want: "is inside source"},
		"inside by a link":            {source: "src", dest: "tosub", want: "is inside source"},
		"inside by a link, not there": {source: "src", dest: "tosub/new", want: "is inside source"},
		"inside a linked source":      {source: "tosrc", dest: "src/new", want: "is inside source"},
		"inside by a link upwards":    {source: "src", dest: "src/sub/up/new", want: "is inside source"},
		"inside by a link and ..":     {source: "src", dest: "tosub/../new", want: "is inside source"},
		"inside by going out and in":  {source: "src", dest: "dst/../src/new", want: "is inside source"},

		"a file onto itself":           {source: "src/f", dest: "src", want: "the copy would be the file itself"},
		"a file onto itself by a link": {source: "src/f", dest: "tosrc", want: "the copy would be the file itself"},
	} {
		t.Run(name, func(t *testing.T) {
			tree, err := plan.Check([]string{row.source}, row.dest, 0)
			switch {
			case row.want == "" && err != nil:
				t.Errorf("Check(%q, %q): %v", row.source, row.dest, err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("Check(%q, %q): %v; want %s", row.source, row.dest, err, row.want)
			case err == nil && (tree.Dest != row.dest || row.file != "" && !slices.Equal(tree.Names, []string{row.file})):
				t.Errorf("Check(%q, %q): %+v; want file %q", row.source, row.dest, tree, row.file)
			}
		})
	}
	for _, name := range []string{"new", "a", "none", "src/new", "src/sub/new"} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%q was made", name)
		}
	}
}

func TestCheckPermissions(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("platform: root may read and write everything")
	}
	t.Chdir(t.TempDir())
	makeTree(t, ".", "src/f", "secret", "blind/x", "locked/x", "shut/x")
	must(t, os.Chmod("secret", 0))
	for dir, mode := range map[string]os.FileMode{"blind": 0o311, "locked": 0o555, "shut": 0} {
		must(t, os.Chmod(dir, mode))
		t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	}
	for name, row := range map[string]struct{ source, dest, want string }{
		"a file":              {"secret", "new", `source "secret": permission denied`},
		"a folder":            {"blind", "new", `source "blind": permission denied`},
		"in a folder":         {"shut/x", "new", `source "shut/x": permission denied`},
		"dest's parent":       {"src", "locked/new", `dest "locked/new": cannot be made in`},
		"dest cannot be seen": {"src", "shut/new", `dest "shut/new": permission denied`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := plan.Check([]string{row.source}, row.dest, 0); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("Check(%q, %q): %v; want %s", row.source, row.dest, err, row.want)
			}
		})
	}
}

// Opening a pipe without a writer takes for ever; ReadFailed gives up.
func TestRecordWithoutAnswer(t *testing.T) {
	pipe := t.TempDir() + "/record"
	must(t, syscall.Mkfifo(pipe, 0o600))
	_, err := plan.ReadFailed(pipe, 50*time.Millisecond)
	if want := fmt.Sprintf("record %q: no answer for 50ms", pipe); err == nil || err.Error() != want {
		t.Errorf("%v; want %s", err, want)
	}
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // ends the goroutine that was given up
	must(t, err)
	must(t, writer.Close())
}
