//go:build unix

package output_test

import (
	"os"
	"strings"
	"testing"

	"brood/internal/output"
)

// New refuses what cannot work, before any command starts.
func TestNewRefuses(t *testing.T) {
	dir := t.TempDir()
	check(t, os.WriteFile(dir+"/file", nil, 0o600))
	check(t, os.Mkdir(dir+"/dir.jsonl", 0o700))
	for name, row := range map[string]struct {
		options output.Options
		want    string
	}{
		"no folder for files": {output.Options{Dir: dir + "/none"},
			`create a file in "` + dir + `/none": no such file or directory`},
		"a file as folder for files": {output.Options{Dir: dir + "/file"},
			`create a file in "` + dir + `/file": not a directory`},
		"results below a file": {output.Options{Dir: dir, Results: dir + "/file/results"},
			`results in "` + dir + `/file/results": not a directory`},
		"results are a file": {output.Options{Dir: dir, Results: dir + "/file"},
			`results in "` + dir + `/file": not a directory`},
		"a line in a folder": {output.Options{Dir: dir, Results: dir + "/dir.jsonl"},
			`results in "` + dir + `/dir.jsonl": is a directory`},
		"a line below nothing": {output.Options{Dir: dir, Results: dir + "/none/x.jsonl"},
			`results in "` + dir + `/none/x.jsonl": no such file or directory`},
		"raw and ordered": {output.Options{Mode: output.Raw, Ordered: true}, "raw output can be neither ordered nor stored"},
		"raw and stored":  {output.Options{Mode: output.Raw, Results: dir}, "raw output can be neither ordered nor stored"},
	} {
		t.Run(name, func(t *testing.T) {
			wantNoLeak(t)
			row.options.Out, row.options.Err = os.Stdout, os.Stderr
			_, err := output.New(row.options)
			if err == nil || err.Error() != row.want {
				t.Errorf("New returns %v, want %s", err, row.want)
			}
		})
	}
}

func TestNewReadOnly(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	check(t, os.Chmod(dir, 0o500))
	for _, o := range []output.Options{{Dir: dir}, {Dir: t.TempDir(), Results: dir}, {Results: dir + "/new"}} {
		o.Out, o.Err = os.Stdout, os.Stderr
		if _, err := output.New(o); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("New with %+v returns %v, want permission denied", o, err)
		}
	}
}

// A folder that disappears later is an error of Open, and leaves nothing open.
func TestOpenFails(t *testing.T) {
	for _, mode := range []output.Mode{output.Grouped, output.Lines} {
		results := t.TempDir() + "/results"
		b := newBench(t, output.Options{Mode: mode, Results: results}, "file")
		check(t, os.RemoveAll(results))
		_, err := b.Open(output.Item{Seq: 1, Name: "a"})
		want := `results in "` + results + `/000001-a": no such file or directory`
		if err == nil || err.Error() != want {
			t.Errorf("Open returns %v, want %s", err, want)
		}
		b.Settle(1)
		b.finish("", "")
	}
}
