//go:build unix

package slurm

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// hostile are words that a shell, or brood, could take for something else.
var hostile = []string{
	"", " ", "a b", "a\nb", "a\n", "'", `"`, "''", `\`, `\'`, "$HOME", "$(exit 3)", "`exit 3`", "-z", "--", "--task=7", "a;b", "a&b", "*", "~", "#x", "!x", "a=b", "%A", "\xff\xfe", "\t", "é", "{a,b}", "\r\n",
}

func TestQuoted(t *testing.T) {
	for _, word := range hostile {
		out, err := exec.Command("sh", "-c", "printf %s "+Quoted(word)+" "+Quoted("|")).Output()
		if err != nil || string(out) != word+"|" {
			t.Errorf("%q is %q to a shell, %v", word, out, err)
		}
	}
	if harmless := "/a/b-c_d.mkv"; Quoted(harmless) != harmless {
		t.Errorf("%q has quotes, for nothing", harmless)
	}
}

func FuzzQuoted(f *testing.F) {
	for _, word := range hostile {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		word = strings.ReplaceAll(word, "\x00", "")
		if out, err := exec.Command("sh", "-c", "printf %s "+Quoted(word)).Output(); err != nil || string(out) != word {
			t.Errorf("%q is %q to a shell, %v", word, out, err)
		}
	})
}

// runScript runs the batch script as task 3 of an array, and returns the words that brood gets.
func runScript(t *testing.T, f *Folder, args ...string) (words []string) {
	t.Helper()
	must(t, os.WriteFile(f.in("brood"), []byte("#!/bin/sh\nprintf '%s\\0' \"$@\"\n"), 0o755))
	must(t, os.WriteFile(f.in("task.sh"), []byte(f.script()), 0o755))
	sh := exec.Command("sh", append([]string{f.in("task.sh")}, args...)...)
	sh.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=3", "SLURMD_NODENAME=n1")
	out, err := sh.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// TestScript: through the shell each word comes to brood as it was given, wherever the job folder lies.
func TestScript(t *testing.T) {
	for _, word := range hostile {
		f := newFolder(t, Request{Source: Exact("/s" + word), Dest: Exact("/d" + word), Flags: ExactAll([]string{"--name=" + word, word})})
		f.Path += "/job" + strings.ReplaceAll(word, "/", "")
		must(t, os.Mkdir(f.Path, 0o755))
		got := runScript(t, f, "40", "2", "again")
		want := []string{"task", "--job-dir=" + f.Path, "--batch=43", "--generation=2", "--again", "--name=" + word, word, "--", "/s" + word, "/d" + word}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got\n%q, want\n%q", word, got, want)
		}
	}
}

// TestScriptArguments: the script gets what sbatch is given behind its name.
func TestScriptArguments(t *testing.T) {
	for name, row := range map[string]struct {
		a    array
		want []string
	}{
		"first": {array{First: 40, Tasks: []int{3}}, []string{"--batch=43", "--generation=5"}},
		"again": {array{First: 0, Tasks: []int{3}, Again: true}, []string{"--batch=3", "--generation=5", "--again"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, Request{Source: "/s", Dest: "/d"})
			args := f.sbatch(row.a, 5, false, "", "")
			script := slices.Index(args, f.in("task.sh"))
			want := append(append([]string{"task", "--job-dir=" + f.Path}, row.want...), "--", "/s", "/d")
			if got := runScript(t, f, args[script+1:]...); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestScriptWithoutBrood: that a node does not see the job folder is said there, and is a failure.
func TestScriptWithoutBrood(t *testing.T) {
	f := newFolder(t, Request{})
	must(t, os.WriteFile(f.in("task.sh"), []byte(f.script()), 0o755))
	sh := exec.Command("sh", f.in("task.sh"), "0", "0", "")
	sh.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=0", "SLURMD_NODENAME=n1")
	out, _ := sh.CombinedOutput()
	if want := "brood: " + f.in("brood") + ": cannot be run on n1\n"; string(out) != want || sh.ProcessState.ExitCode() != 69 {
		t.Errorf("%q, exit code %d; want %q, 69", out, sh.ProcessState.ExitCode(), want)
	}
}

// TestSbatch: what is asked of sbatch, the user's own flags being last, so that they count.
func TestSbatch(t *testing.T) {
	for name, row := range map[string]struct {
		request Request
		last    bool
		after   string
		exclude string
		has     []string
		hasNot  []string
	}{
		"plain":    {Request{}, false, "", "", []string{"--parsable", "--job-name=brood-1", "--array=1-2,7", "--no-requeue", "--open-mode=append"}, []string{"--requeue", "--dependency=singleton"}},
		"throttle": {Request{Throttle: 3}, false, "", "", []string{"--array=1-2,7%3"}, nil},
		"retries":  {Request{Retries: 1}, false, "", "", []string{"--requeue"}, []string{"--no-requeue"}},
		"after":    {Request{Throttle: 3}, false, "7", "", []string{"--dependency=afterany:7"}, nil},
		"no limit": {Request{}, false, "7", "", nil, []string{"--dependency=afterany:7"}},
		"last":     {Request{}, true, "7", "", []string{"--dependency=singleton"}, nil},
		"exclude":  {Request{}, false, "", "n1,n2", []string{"--exclude=n1,n2"}, nil},
		"own":      {Request{Sbatch: []Exact{"--mem=2G", "--no-requeue"}, Retries: 1}, false, "", "", []string{"--mem=2G", "--requeue", "--no-requeue"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, row.request)
			args := f.sbatch(array{Tasks: []int{1, 2, 7}}, 0, row.last, row.after, row.exclude)
			for _, word := range row.has {
				if !slices.Contains(args, word) {
					t.Errorf("%q has no %q", args, word)
				}
			}
			for _, word := range row.hasNot {
				if slices.Contains(args, word) {
					t.Errorf("%q has %q", args, word)
				}
			}
			own := plain(row.request.Sbatch)
			if script := slices.Index(args, f.in("task.sh")); !slices.Equal(args[script-len(own):script], own) {
				t.Errorf("%q: %q do not come last", args, own)
			}
		})
	}
}
