//go:build unix

package output_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"brood/internal/output"
)

// delay is the Options.Delay of tests where nothing is cut off.
const delay = 10 * time.Minute

func TestLines(t *testing.T) {
	huge := strings.Repeat("0", 3<<20)
	for name, row := range map[string]struct {
		script   string
		tag      string
		out, err string
	}{
		"nothing":             {script: "true", tag: "t"},
		"both":                {script: "echo out; echo err >&2; echo 2", out: "out\n2\n", err: "err\n"},
		"no newline":          {script: "printf 'a\nb'; printf c >&2", out: "a\nb", err: "c"},
		"tag":                 {script: `printf 'a\n\nb'`, tag: "t", out: "t\ta\nt\t\nt\tb"},
		"binary":              {script: `printf '\000\377\n\376\r'`, out: "\x00\xff\n\xfe\r"},
		"huge line":           {script: "head -c 3145728 /dev/zero | tr '\\0' 0; echo; echo b", out: huge + "\nb\n"},
		"huge line, tagged":   {script: "head -c 3145728 /dev/zero | tr '\\0' 0; echo", tag: "t", out: "t\t" + huge + "\n"},
		"huge without end":    {script: "head -c 3145728 /dev/zero | tr '\\0' 0", out: huge},
		"opened again":        {script: "echo a; echo b >/dev/stdout; echo c", out: "a\nb\nc\n"},
		"pieces of one line":  {script: "printf a; sleep 0.1; printf b; sleep 0.1; echo c", out: "abc\n"},
		"longer than a pipe":  {script: "seq 100000", out: numbers(1, 100000)},
		"longer, with a tag":  {script: "seq 3; seq 4 9 >&2", tag: "x", out: "x\t1\nx\t2\nx\t3\n", err: tagged("x", 4, 9)},
		"only standard error": {script: "seq 9 >&2", err: numbers(1, 9)},
	} {
		for _, ordered := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", ordered ", ordered), func(t *testing.T) {
				b := newBench(t, output.Options{Mode: output.Lines, Ordered: ordered, Delay: delay}, "pipe")
				b.run(output.Item{Seq: 1, Tag: row.tag}, row.script)
				b.finish(row.out, row.err)
			})
		}
	}
}

func numbers(from, to int) string { return tagged("", from, to) }

func tagged(tag string, from, to int) string {
	var all strings.Builder
	if tag != "" {
		tag += "\t"
	}
	for n := from; n <= to; n++ {
		fmt.Fprintf(&all, "%s%d\n", tag, n)
	}
	return all.String()
}

// A line appears while the command runs, before its end.
func TestLinesAtOnce(t *testing.T) {
	b := newBench(t, output.Options{Mode: output.Lines, Delay: delay}, "pipe")
	hold := newGate(t)
	c := b.startWith(output.Item{Seq: 1}, hold, "echo a; printf b; echo e >&2; read x <&3; echo c")
	b.out.await("a\n")
	b.err.await("e\n")
	hold.open()
	c.end(true)
	b.finish("a\nbc\n", "e\n")
}

// Lines of several commands are never broken, and each command's lines keep their order. Some are longer than the
// writes and the buffers.
func TestLinesManyWriters(t *testing.T) {
	const writers, lines = 8, 50_000
	b := newBench(t, output.Options{Mode: output.Lines, Delay: delay}, "pipe")
	var all sync.WaitGroup
	for seq := 1; seq <= writers; seq++ {
		c := b.start(output.Item{Seq: seq, Tag: strconv.Itoa(seq)}, `
			seq -f "%.0f$2" "$1" & seq -f "%.0f$2" "$1" >&2
			head -c 2000000 /dev/zero | tr '\0' x >&2
			wait`, strconv.Itoa(lines), strings.Repeat("-", seq*20))
		all.Go(func() {
			if err := c.Close(c.wait(), true); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	check(t, b.Close())
	wantStreams(t, b.out.all(), writers, lines, 0)
	wantStreams(t, b.err.all(), writers, lines, 2_000_000)
}

// wantStreams checks lines with the tags 1 to writers. After the numbered lines each has one line of x.
func wantStreams(t *testing.T, got string, writers, lines, x int) {
	t.Helper()
	next := map[int]int{}
	for line := range strings.SplitSeq(strings.TrimSuffix(got, "\n"), "\n") {
		tag, text, _ := strings.Cut(line, "\t")
		seq, _ := strconv.Atoi(tag)
		next[seq]++
		want := strconv.Itoa(next[seq]) + strings.Repeat("-", seq*20)
		if next[seq] > lines {
			want = strings.Repeat("x", x)
		}
		if text != want {
			t.Fatalf("line %d of command %d is %s, want %s", next[seq], seq, brief(line), brief(want))
		}
	}
	total := lines
	if x > 0 {
		total++
	}
	for seq := 1; seq <= writers; seq++ {
		if next[seq] != total {
			t.Errorf("command %d has %d lines, want %d", seq, next[seq], total)
		}
	}
	if len(next) != writers {
		t.Errorf("tags %v, want 1 to %d", slices.Sorted(maps.Keys(next)), writers)
	}
}

// A line without newline at the end of a command does not join the next one.
func TestLinesAfterNoNewline(t *testing.T) {
	b := newBench(t, output.Options{Mode: output.Lines, Delay: delay}, "file")
	b.run(output.Item{Seq: 1}, "printf a")
	b.run(output.Item{Seq: 2}, "true")
	b.run(output.Item{Seq: 3}, "printf b")
	b.finish("a\nb", "")
}

// A descendant that holds the pipes open does not delay the end of the command. Its later output is lost. Output
// in the pipe is not.
func TestLinesDescendant(t *testing.T) {
	for name, delay := range map[string]time.Duration{"a moment": time.Millisecond, "none": 0} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, output.Options{Mode: output.Lines, Delay: delay}, "file")
			hold := newGate(t)
			// The shell starts the descendant and ends.
			c := b.startWith(output.Item{Seq: 1}, hold, `{ read x <&3; echo late; } & seq 9999; printf end`)
			c.end(true)
			b.run(output.Item{Seq: 2}, "echo two")
			hold.open()
			b.finish(numbers(1, 9999)+"end\ntwo\n", "")
		})
	}
}

// Output of a descendant counts if it comes in time.
func TestLinesDescendantInTime(t *testing.T) {
	b := newBench(t, output.Options{Mode: output.Lines, Delay: delay}, "file")
	b.run(output.Item{Seq: 1}, "(sleep 0.2; echo late) & echo early")
	b.finish("early\nlate\n", "")
}

// Lines that are printed stay, also after a failed attempt. Lines that wait for their turn are replaced.
func TestLinesAttempts(t *testing.T) {
	b := newBench(t, output.Options{Mode: output.Lines, Ordered: true, Delay: delay}, "file")
	b.start(output.Item{Seq: 2}, "echo 2a; seq 10000; exit 1").end(false)
	b.start(output.Item{Seq: 1}, "echo 1a; printf x; exit 1").end(false)
	second := b.start(output.Item{Seq: 2}, "echo 2b")
	b.run(output.Item{Seq: 1}, "echo 1b")
	second.end(true)
	b.finish("1a\nx\n1b\n2b\n", "")
}

// The commands get pipes in blocking mode: many programs cannot use another one.
func TestChildBlocks(t *testing.T) {
	for _, mode := range []output.Mode{output.Grouped, output.Lines} {
		b := newBench(t, output.Options{Mode: mode, Delay: delay}, "file")
		o := must(b.Open(output.Item{Seq: 1}))(t)
		for _, f := range []*os.File{o.Stdout(), o.Stderr()} {
			raw := must(f.SyscallConn())(t)
			check(t, raw.Control(func(fd uintptr) {
				flags, _, _ := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFL, 0)
				if flags&syscall.O_NONBLOCK != 0 {
					t.Errorf("mode %d: %s is in non-blocking mode", mode, f.Name())
				}
			}))
		}
		check(t, o.Close(output.End{Error: "not started"}, true))
		b.finish("", "")
	}
}

func TestRaw(t *testing.T) {
	b := newBench(t, output.Options{Mode: output.Raw}, "pipe")
	hold := newGate(t)
	c := b.startWith(output.Item{Seq: 1, Tag: "ignored"}, hold, "printf a; echo e >&2; read x <&3; printf b")
	b.out.await("a")
	hold.open()
	c.end(true)
	b.finish("ab", "e\n")
}
