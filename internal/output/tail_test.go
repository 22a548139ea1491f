//go:build unix

package output_test

import (
	"fmt"
	"strings"
	"testing"

	"brood/internal/output"
)

// Of a failed command the last lines are known, in each mode but Raw.
func TestTail(t *testing.T) {
	long := strings.Repeat("0123456789", 1000)
	for name, row := range map[string]struct {
		script   string
		out, err string
	}{
		"nothing":        {"", "", ""},
		"both":           {"echo out; echo err >&2", "out", "err"},
		"no newline":     {"printf 'a\nb'", "a\nb", ""},
		"ten lines":      {"seq 10", lines(1, 10), ""},
		"more":           {"seq 10000 >&2", "", lines(9991, 10000)},
		"empty lines":    {`printf 'a\n\n\nb\n\n\n'`, "a\n\n\nb", ""},
		"newlines alone": {"yes '' | head -n 9999", "", ""},
		"CR LF":          {`printf 'a\r\nb\r\n'`, "a\r\nb", ""},
		"binary":         {`printf '\000\377\n\033[2J'`, "\x00\xff\n\x1b[2J", ""},
		"a long line":    {"printf %s " + long, long[len(long)-4096:], ""},
		"a long line and a short one": {
			fmt.Sprintf("echo %s; echo end", long), "end", ""},
		"lines of more than 4 KiB": {
			fmt.Sprintf("for i in 1 2 3 4 5 6 7 8 9; do echo ${i}%s; done", long[:1000]),
			"6" + long[:1000] + "\n7" + long[:1000] + "\n8" + long[:1000] + "\n9" + long[:1000], ""},
		"cut inside a character": {"printf x; for i in $(seq 1500); do printf 字; done", strings.Repeat("字", 1365), ""},
		"many pieces":            {"for i in $(seq 12); do echo $i; sleep 0.01; done", lines(3, 12), ""},
	} {
		for mode, o := range map[string]output.Options{
			"grouped":         {},
			"ordered":         {Ordered: true},
			"stored":          {Results: t.TempDir()},
			"lines":           {Mode: output.Lines, Delay: delay},
			"lines, ordered":  {Mode: output.Lines, Delay: delay, Ordered: true},
			"lines, in files": {Mode: output.Lines, Delay: delay, Results: t.TempDir()},
		} {
			t.Run(name+", "+mode, func(t *testing.T) {
				b := newBench(t, o, "file")
				c := b.start(output.Item{Seq: 1, Tag: "tag"}, row.script)
				end := c.wait()
				end.Error = "exit code 3"
				check(t, c.Close(end, true))
				out, err := c.Tail()
				same(t, "standard output", out, row.out)
				same(t, "standard error", err, row.err)
				check(t, b.Close())
			})
		}
	}
}

// lines returns numbers without a newline at their end.
func lines(from, to int) string { return strings.TrimSuffix(numbers(from, to), "\n") }

// An attempt that is followed by another has its own last lines, and so has a command that is not started.
func TestTailOfAttempts(t *testing.T) {
	b := newBench(t, output.Options{}, "file")
	first := b.start(output.Item{Seq: 1}, "echo 1")
	first.wait()
	check(t, first.Close(output.End{Error: "exit code 1"}, false))
	second := b.start(output.Item{Seq: 1}, "echo 2")
	second.wait()
	check(t, second.Close(output.End{Error: "exit code 1"}, true))
	third := must(b.Open(output.Item{Seq: 2}))(t)
	check(t, third.Close(output.End{Error: "not found"}, true))
	for c, want := range map[*output.Output]string{first.Output: "1", second.Output: "2", third: ""} {
		if out, _ := c.Tail(); out != want {
			t.Errorf("%q, want %q", out, want)
		}
	}
	b.finish("2\n", "")
}

// Nothing is kept of a command that succeeds, nor with Raw.
func TestNoTail(t *testing.T) {
	for name, row := range map[string]struct {
		mode output.Mode
		why  string
	}{"success": {output.Grouped, ""}, "success by lines": {output.Lines, ""}, "raw": {output.Raw, "exit code 3"}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, output.Options{Mode: row.mode, Delay: delay}, "file")
			c := b.start(output.Item{Seq: 1}, "echo a; echo b >&2")
			c.wait()
			check(t, c.Close(output.End{Error: row.why}, true))
			if out, err := c.Tail(); out+err != "" {
				t.Errorf("%q, %q, want nothing", out, err)
			}
			b.finish("a\n", "b\n")
		})
	}
}
