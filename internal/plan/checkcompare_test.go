//go:build unix

package plan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brood/internal/plan"
)

func TestCheckCompare(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", "src/f", "src/sub/g", "dst/f", "file", "tosrc -> src", "todst -> dst", "nowhere -> none",
		"tof -> dst/f")
	must(t, os.Mkdir("linked", 0o755))
	must(t, os.Link("src/f", "linked/f"))
	abs, err := filepath.Abs("src")
	must(t, err)
	for name, row := range map[string]struct {
		source, dest string
		want         string // in the error; "" for none
	}{
		"two folders":            {"src", "dst", ""},
		"links to them":          {"tosrc", "todst", ""},
		"a file":                 {"src/f", "dst", ""},
		"a file, not there":      {"file", "dst", ""},
		"source is inside":       {"src/sub", "src", ""},
		"no source":              {"none", "dst", `source "none": no such file or directory`},
		"no dest":                {"src", "none", `dest "none": no such file or directory`},
		"dest is a link to none": {"src", "nowhere", `dest "nowhere": no such file or directory`},
		"dest is empty":          {"src", "", "the empty string names no file"},
		"dest is a file":         {"src", "file", `dest "file": is a file, not a folder`},
		"two files":              {"src/f", "dst/f", `dest "dst/f": is a file, not a folder`},
		"source is a link":       {"tof", "dst", `source "tof": is a link: name the file itself, "dst/f"`},
		"the same":               {"src", "src", "are the same folder"},
		"the same by a link":     {"tosrc", abs, "are the same folder"},
		"inside":                 {"src", "src/sub", `dest "src/sub": is inside source "src"`},
		"the file itself":        {"src/f", "tosrc", `source "src/f" and dest "tosrc": are the same file`},
		"the file's other name":  {"src/f", "linked", `source "src/f" and dest "linked": are the same file`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plan.CheckCompare([]string{row.source}, row.dest, 0)
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("CheckCompare(%q, %q): %v; want %q", row.source, row.dest, err, row.want)
			}
		})
	}
	tree := plan.Tree{Source: "src", Dest: "none"}
	if _, err := plan.StartCompare(t.Context(), tree, plan.Options{PerChild: 1}, noEvents(t)); err == nil {
		t.Error("StartCompare returned no error without a destination")
	}
}
