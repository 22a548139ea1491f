package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brood/internal/testenv"
)

// example is a line for sh that calls GNU parallel or xargs, and the same line for brood.
type example struct {
	theirs string
	brood  string // "": with brood run in place of parallel

	// For a difference on purpose: the reason, the result of brood, and the words of the help that say so.
	differs, want, help string
}

// The examples have the same results by GNU parallel and by brood run.
func TestAsGNUParallel(t *testing.T) {
	testenv.Long(t)
	if version, err := exec.Command("parallel", "--version").Output(); err != nil {
		t.Skip("needs parallel: ", err)
	} else if !bytes.HasPrefix(version, []byte("GNU parallel")) {
		t.Skip("needs GNU parallel, not another program with its name")
	}
	compareExamples(t, slices.Concat(parallelInputs(), parallelCommands(), parallelOutputs(), parallelEnds()))
}

func TestAsXargs(t *testing.T) {
	needs(t, "xargs")
	compareExamples(t, xargsExamples())
}

// compareExamples runs the examples, and compares standard output and success. The order of the lines counts with -k
// and -j1. The help must have each difference on purpose.
func compareExamples(t *testing.T, examples []example) {
	help, err := os.ReadFile("../../internal/manual/topics/run.md")
	must(t, err)
	help = bytes.Join(bytes.Fields(help), []byte(" "))
	p := newPlace(t)
	must(t, os.MkdirAll(p.dir+"/home/.parallel", 0o755))
	must(t, os.WriteFile(p.dir+"/home/.parallel/will-cite", nil, 0o644)) // or else it asks to be cited
	for _, row := range examples {
		t.Run(row.theirs, func(t *testing.T) {
			brood := row.brood
			if brood == "" {
				brood = strings.ReplaceAll(row.theirs, "parallel ", "brood run ")
			}
			ordered := strings.Contains(row.theirs, " -k") || strings.Contains(row.theirs, " -j1")
			want, got := p.result(t, row.theirs, ordered), p.result(t, brood, ordered)
			switch {
			case want == "succeeds: " || got == "succeeds: ":
				t.Errorf("nothing to compare: %q, brood %q", want, got)
			case row.differs == "" && got != want:
				t.Errorf("brood %q\nwant  %q", got, want)
			case row.differs != "" && (got != row.want || got == want):
				t.Errorf("brood %q, want %q\nnot   %q, because %s", got, row.want, want, row.differs)
			case !bytes.Contains(help, []byte(row.help)):
				t.Errorf("brood help run lacks %q: %s", row.help, row.differs)
			}
		})
	}
}

// result runs a line for sh in a new folder with the files of parallel's tutorial. It returns whether the line
// succeeds, and its standard output.
func (p place) result(t *testing.T, line string, ordered bool) string {
	t.Helper()
	dir, err := os.MkdirTemp(p.dir, "")
	must(t, err)
	for name, text := range map[string]string{
		"abc-file": "A\nB\nC\n", "def-file": "D\nE\nF\n", "abc0-file": "A\x00B\x00C\x00", "abc_-file": "A_B_C_",
		"tsv-file.tsv": "f1\tf2\nA\tB\nC\tD\n",
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), p.mark(), "PATH="+filepath.Dir(p.named(t))+":"+os.Getenv("PATH"),
		"HOME="+p.dir+"/home", "PARALLEL_HOME="+p.dir+"/home/.parallel", "PARALLEL=", "PARALLEL_SHELL=/bin/sh",
		"TMPDIR="+dir)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	t.Logf("%s\n%v %s", line, err, said.Bytes())
	lines := strings.SplitAfter(string(out), "\n")
	if !ordered {
		slices.Sort(lines)
	}
	if err != nil {
		return "fails: " + strings.Join(lines, "")
	}
	return "succeeds: " + strings.Join(lines, "")
}
