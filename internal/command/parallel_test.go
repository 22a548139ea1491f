package command_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brood/internal/command"
	"brood/internal/testenv"
)

// TestParallel runs commands with GNU parallel, and compares the arguments. With -q, parallel calls the program
// with the words of the command as they are. These differences are intended, and the rows have no such case:
//
//   - Items of several values: for x{}y, parallel makes the words xa and by of a and b, and we the word "xa by".
//   - A word with a blank and several items: for "x {}", parallel repeats {}, and we the word.
//   - {name} and several items: parallel takes the first item, and we repeat the word for each item.
//   - {-2} of one value is the value for parallel, and {0} all values. We take {-2} as empty, and {0} as text.
//   - A command with {#} alone gets no value from parallel, and all values at its end from us.
//   - {1 .} is {1.} for parallel, and text for us.
//   - The base name of a value with a newline: parallel keeps the line before it.
func TestParallel(t *testing.T) {
	if _, err := exec.LookPath("parallel"); err != nil {
		t.Skip("needs parallel: ", err)
	}
	testenv.Long(t)
	t.Setenv("HOME", t.TempDir()) // parallel writes into it
	t.Setenv("PARALLEL", "")
	show := filepath.Join(t.TempDir(), "show")
	if err := os.WriteFile(show, []byte(`printf '%s\0' "$@"; printf '\n\0'`), 0o600); err != nil {
		t.Fatal(err)
	}
	paths := items("a", "a.b", ".bashrc", "a.b/c", "a.tar.gz", "d/.x", "d/a.", "/", "/a.b", "/a/", "a.b/", "a/", "a//",
		"//a", "a//b", "a//b/", "a/./b", "a//b//c", ".", "..", "../x.y", "a/.b.c", "", " ", "a b.c d", "é\n.ü\xff", "-n",
		"'", `"`, "$x", "{}", `\`)
	table := [][]string{{"d/x.y", "2"}, {"", "4"}, {"5", ""}}
	for name, row := range map[string]struct {
		flags, command []string
		names          []string
		items          [][]string
		n              int // items of a command; 0: 1
	}{
		"forms":     {command: []string{"{}", "{.}", "{/}", "{//}", "{/.}"}, items: paths},
		"positions": {command: []string{"{1}", "{1.}", "{1/}", "{1//}", "{1/.}", "{-1}", "{01}"}, items: paths},
		"in words":  {command: []string{"-f{}", "{.}{/}", "{#}", "{%}x", "a {} b", "{1}-{2}-{3.}"}, items: paths},
		"no braces": {items: paths},
		"text": {command: []string{"{a}", "{ }", "{ 1}", "{{}}", "{}}", "{1}{", "{#.}", "{-}", "{--1}", "{1///}", "{./}",
			"{///}", "{a,b}", "{+1}", `\{}`, "${1}", "{..}", "{1..3}", "{", "}"}, items: paths[:2]},
		"several values": {flags: []string{"--colsep", ","}, command: []string{"{}", "{/.}", "{2}{1/}", "{3}", "x{3}",
			"{-1}"}, items: table},
		"values at the end": {flags: []string{"--colsep", ","}, items: table},
		"names": {flags: []string{"--colsep", ",", "--header", ":"}, command: []string{"{a}", "{a.}{b}", "{a/}{a//}{a/.}",
			"{c}", "{2}", "{}"}, names: []string{"a", "b"}, items: table},
		"names that are numbers": {flags: []string{"--colsep", ",", "--header", ":"}, command: []string{"{3}", "{1}"},
			names: []string{"3", "x y"}, items: table},
		"several items": {flags: []string{"-N2"}, command: []string{"{}", "-f{}", "{/.}={#}", "{.}{1}", "{#}", "x", "{2}"},
			items: paths[:5], n: 2},
		"positions in several items": {flags: []string{"-N3"}, command: []string{"1={1}", "2={2/}", "3={3}", "{-1}", "{4}"},
			items: paths[:8], n: 3},
		"all at the end": {flags: []string{"-X"}, items: paths, n: len(paths)},
		"all items":      {flags: []string{"-X"}, command: []string{"-f{}", "{/}"}, items: paths, n: len(paths)},
		"several items, values": {flags: []string{"-N2", "--colsep", ","}, command: []string{"{}", "{3}"}, items: table,
			n: 2},
	} {
		t.Run(name, func(t *testing.T) {
			words := append([]string{"sh", show}, row.command...)
			template := parse(t, command.Options{Names: row.names, Several: row.n > 0}, words...)
			var got strings.Builder
			seq := 0
			for chunk := range slices.Chunk(row.items, max(row.n, 1)) {
				seq++
				got.WriteString(run(t, template.Expand(command.Vars{Items: chunk, Seq: seq, Slot: 1})...))
			}
			input := lines(append(named(row.names), row.items...))
			argv := slices.Concat([]string{"parallel", "--will-cite", "-q", "-k", "-j1", "-0"}, row.flags, words)
			compare(t, "parallel", got.String(), runWith(t, input, argv...))
		})
	}
}

// named returns the items that the first line of a table with names is.
func named(names []string) [][]string {
	if names == nil {
		return nil
	}
	return [][]string{names}
}

// lines returns the items with a comma between their values, and NUL after each.
func lines(items [][]string) string {
	var b strings.Builder
	for _, item := range items {
		b.WriteString(strings.Join(item, ",") + "\x00")
	}
	return b.String()
}
