//go:build unix

package slurm

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// hostile are words that a shell or brood could misread.
var hostile = []string{
	"", " ", "a b", "a\nb", "a\n", "'", `"`, "''", `\`, `\'`, "$HOME", "$(exit 3)", "`exit 3`", "-z", "--", "--task=7",
	"a;b", "a&b", "*", "~", "#x", "!x", "a=b", "%A", "\xff\xfe", "\t", "é", "{a,b}", "\r\n",
}

func TestQuoted(t *testing.T) {
	for _, word := range hostile {
		out, err := exec.Command("sh", "-c", "printf %s "+Quoted(word)+" "+Quoted("|")).Output()
		if err != nil || string(out) != word+"|" {
			t.Errorf("a shell reads %q as %q, %v", word, out, err)
		}
	}
	if harmless := "/a/b-c_d.mkv"; Quoted(harmless) != harmless {
		t.Errorf("%q gets needless quotes", harmless)
	}
}

func FuzzQuoted(f *testing.F) {
	for _, word := range hostile {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		word = strings.ReplaceAll(word, "\x00", "")
		out, err := exec.Command("sh", "-c", "printf %s "+Quoted(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("a shell reads %q as %q, %v", word, out, err)
		}
	})
}

// runScript runs the batch script as task 3 of an array. It returns the arguments of brood, and of brood run also the
// folder where it runs.
func runScript(t *testing.T, f *Folder, args ...string) (words []string) {
	t.Helper()
	brood := "#!/bin/sh\nprintf '%s\\0' \"$@\"\n"
	if f.Job.Commands != nil {
		brood = "#!/bin/sh\nprintf '%s\\0' \"$@\" \"$PWD\"\n"
	}
	must(t, os.WriteFile(f.in("brood"), []byte(brood), 0o755))
	must(t, os.WriteFile(f.in("task.sh"), []byte(f.script()), 0o755))
	sh := exec.Command("sh", append([]string{f.in("task.sh")}, args...)...)
	sh.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=3", "SLURMD_NODENAME=n1")
	out, err := sh.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// TestScript checks that brood gets each word unchanged, from a job folder with any name.
func TestScript(t *testing.T) {
	for _, word := range hostile {
		flags := ExactAll([]string{"--name=" + word, word})
		f := newFolder(t, Request{Source: Exact("/s" + word), Dest: Exact("/d" + word), Flags: flags})
		f.Path += "/job" + strings.ReplaceAll(word, "/", "")
		must(t, os.Mkdir(f.Path, 0o755))
		got := runScript(t, f, "40", "2", "again")
		want := []string{
			"task", "--job-dir=" + f.Path, "--batch=43", "--generation=2", "--again", "--name=" + word, word,
			"--", "/s" + word, "/d" + word,
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got\n%q, want\n%q", word, got, want)
		}
	}
}

// TestScriptOfCommands checks that brood gets each word of the command unchanged, in the folder of the submitter.
func TestScriptOfCommands(t *testing.T) {
	for _, word := range hostile {
		dir := t.TempDir() + "/w" + strings.ReplaceAll(word, "/", "")
		must(t, os.Mkdir(dir, 0o755))
		c := &Commands{Words: ExactAll([]string{"sh", "-c", word}), Dir: Exact(dir)}
		f := newFolder(t, Request{Commands: c, Flags: ExactAll([]string{"--env=A=" + word})})
		got := runScript(t, f, "40", "2", "")
		want := []string{
			"run-task", "--job-dir=" + f.Path, "--batch=43", "--generation=2", "--env=A=" + word, "--",
			"sh", "-c", word, dir,
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got\n%q, want\n%q", word, got, want)
		}
	}
}

// TestScriptWithoutFolder checks the exit code on a node that does not have the folder of the submitter.
func TestScriptWithoutFolder(t *testing.T) {
	f := newFolder(t, Request{Commands: &Commands{Words: ExactAll([]string{"true"}), Dir: "/no such"}})
	must(t, os.WriteFile(f.in("brood"), []byte("#!/bin/sh\n"), 0o755))
	must(t, os.WriteFile(f.in("task.sh"), []byte(f.script()), 0o755))
	sh := exec.Command("sh", f.in("task.sh"), "0", "0", "")
	sh.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=0", "SLURMD_NODENAME=n1")
	if out, _ := sh.CombinedOutput(); sh.ProcessState.ExitCode() != cannotEnter {
		t.Errorf("%q, exit code %d; want %d", out, sh.ProcessState.ExitCode(), cannotEnter)
	}
	over := queued{state: "FAILED", code: cannotEnter << 8}
	if !over.refusesNode() || over.why() != "its node does not have the current folder of brood run" {
		t.Errorf("refuses its node: %v, because %s", over.refusesNode(), over.why())
	}
}

// TestScriptArguments checks the arguments of the script, which sbatch gets after its name.
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
			args := f.submitArgs(row.a, 5, false, "", nil)
			script := slices.Index(args, f.in("task.sh"))
			want := append(append([]string{"task", "--job-dir=" + f.Path}, row.want...), "--", "/s", "/d")
			if got := runScript(t, f, args[script+1:]...); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestScriptWithoutBrood checks the message and the exit code on a node that does not see the job folder.
func TestScriptWithoutBrood(t *testing.T) {
	f := newFolder(t, Request{})
	must(t, os.WriteFile(f.in("task.sh"), []byte(f.script()), 0o755))
	sh := exec.Command("sh", f.in("task.sh"), "0", "0", "")
	sh.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=0", "SLURMD_NODENAME=n1")
	out, _ := sh.CombinedOutput()
	want, code := "brood: "+f.in("brood")+": cannot be run on n1\n", sh.ProcessState.ExitCode()
	if string(out) != want || code != 69 {
		t.Errorf("%q, exit code %d; want %q, 69", out, code, want)
	}
}
