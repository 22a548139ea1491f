//go:build unix

package output_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"brood/internal/output"
)

// The output of a command arrives byte for byte, also through each way that the kernel has to copy it.
func TestGrouped(t *testing.T) {
	binary := "\x00\xff\n\xfe\r\n\x00"
	long := strings.Repeat("0123456789abcde\n", 1<<16) // 1 MiB
	for name, row := range map[string]struct {
		script   string
		tag      string
		out, err string
	}{
		"nothing":         {script: "true"},
		"nothing, tagged": {script: "true", tag: "a"},
		"both":            {script: "echo err >&2; echo out; echo 2 >&2", out: "out\n", err: "err\n2\n"},
		"no newline":      {script: "printf out; printf err >&2", out: "out", err: "err"},
		"tag": {script: `printf 'a\n\nb\n'; echo e >&2`, tag: "t",
			out: "t\ta\nt\t\nt\tb\n", err: "t\te\n"},
		"tag without newline": {script: `printf 'a\nb'`, tag: "t", out: "t\ta\nt\tb"},
		"binary":              {script: `printf '\000\377\n\376\r\n\000'`, out: binary},
		"binary, tagged": {script: `printf '\000\377\n\376\r\n\000'`, tag: "\xff",
			out: "\xff\t\x00\xff\n\xff\t\xfe\r\n\xff\t\x00"},
		"just small":            {script: "head -c 4096 /dev/zero", out: strings.Repeat("\x00", 4096)},
		"just large":            {script: "head -c 4097 /dev/zero >&2", err: strings.Repeat("\x00", 4097)},
		"large":                 {script: "yes 0123456789abcde | head -n 65536; echo e >&2", out: long, err: "e\n"},
		"large without newline": {script: "yes 0123456789abcde | head -n 65536; printf x", out: long + "x"},
		"large, tagged": {script: "yes 0123456789abcde | head -n 65536", tag: "t",
			out: strings.ReplaceAll(long, "01", "t\t01")},
		"opened again": {script: "echo a; echo b >>/dev/stdout; echo c; echo d >>/dev/stdout", out: "a\nb\nc\nd\n"},
	} {
		for _, kind := range []string{"pipe", "file", "append"} {
			t.Run(name+" to "+kind, func(t *testing.T) {
				b := newBench(t, output.Options{}, kind)
				b.run(output.Item{Seq: 1, Tag: row.tag}, row.script)
				b.finish(row.out, row.err)
			})
		}
	}
}

// Several commands write a lot at once. Nothing is lost, and no output is mixed with another.
func TestGroupedManyWriters(t *testing.T) {
	for _, kind := range []string{"pipe", "file", "append"} {
		t.Run(kind, func(t *testing.T) {
			const writers, lines = 8, 200_000 // about 3 MiB each
			b := newBench(t, output.Options{}, kind)
			var all sync.WaitGroup
			for seq := 1; seq <= writers; seq++ {
				c := b.start(output.Item{Seq: seq}, `seq "$1" "$2"; seq "$1" "$2" >&2`,
					fmt.Sprint(seq*lines), fmt.Sprint(seq*lines+lines-1))
				all.Go(func() {
					if err := c.Close(c.wait(), true); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			check(t, b.Close())
			for what, got := range map[string]string{"standard output": b.out.all(), "standard error": b.err.all()} {
				wantBlocks(t, what, got, writers, lines)
			}
		})
	}
}

// wantBlocks checks that got has blocks of consecutive numbers, each once and whole, in any order.
func wantBlocks(t *testing.T, what, got string, blocks, lines int) {
	t.Helper()
	seen := map[int]bool{}
	for got != "" {
		line, _, _ := strings.Cut(got, "\n")
		first, _ := strconv.Atoi(line)
		var block []byte
		for n := range lines {
			block = append(strconv.AppendInt(block, int64(first+n), 10), '\n')
		}
		if first%lines != 0 || seen[first] || !strings.HasPrefix(got, string(block)) {
			t.Fatalf("%s: the block that begins with %d is not whole", what, first)
		}
		seen[first] = true
		got = got[len(block):]
	}
	if len(seen) != blocks {
		t.Errorf("%s has %d blocks, want %d", what, len(seen), blocks)
	}
}

// One file for both, such as a terminal, gets standard output first.
func TestGroupedSameFile(t *testing.T) {
	wantNoLeak(t)
	s := newSink(t, "pipe")
	c := must(output.New(output.Options{Out: s.file, Err: s.file, Dir: t.TempDir()}))(t)
	b := &bench{Collector: c, t: t}
	b.run(output.Item{Seq: 1, Tag: "1"}, "echo err >&2; printf out")
	b.run(output.Item{Seq: 2, Tag: "2"}, "printf out; printf err >&2")
	check(t, c.Close())
	same(t, "output", s.all(), "1\tout\n1\terr\n2\tout\n2\terr")
}

// A tag begins a line, also after an output without newline.
func TestTagAfterNoNewline(t *testing.T) {
	b := newBench(t, output.Options{}, "file")
	b.run(output.Item{Seq: 1, Tag: "1"}, "printf a")
	b.run(output.Item{Seq: 2, Tag: "2"}, "true")
	b.run(output.Item{Seq: 3, Tag: "3"}, "printf b; printf c >&2")
	b.finish("1\ta\n3\tb", "3\tc")
}

// Only the last attempt is printed.
func TestGroupedAttempts(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		b := newBench(t, output.Options{Ordered: ordered}, "file")
		b.start(output.Item{Seq: 1}, "seq 100000; echo first >&2; exit 1").end(false)
		b.start(output.Item{Seq: 1}, "echo second").end(true)
		b.finish("second\n", "")
	}
}

// A reader that goes away is an error of writing, not of an item. The other file still gets its output.
func TestReaderGone(t *testing.T) {
	for name, script := range map[string]string{"small": "echo a; echo b >&2", "large": "seq 100000; echo b >&2"} {
		t.Run(name, func(t *testing.T) {
			wantNoLeak(t)
			r, w, err := os.Pipe()
			check(t, err)
			defer w.Close()
			s := newSink(t, "file")
			for _, mode := range []output.Mode{output.Grouped, output.Lines} {
				c := must(output.New(output.Options{Mode: mode, Out: w, Err: s.file, Dir: t.TempDir()}))(t)
				check(t, c.Err())
				select {
				case <-c.Failed():
					t.Error("Failed is closed before anything is written")
				default:
				}
				r.Close()
				b := &bench{Collector: c, t: t}
				b.run(output.Item{Seq: 1}, script)
				b.run(output.Item{Seq: 2}, script)
				if err := c.Err(); !errors.Is(err, syscall.EPIPE) {
					t.Errorf("Err returns %v, want %v", err, syscall.EPIPE)
				}
				<-c.Failed()
				if err := c.Close(); !errors.Is(err, syscall.EPIPE) {
					t.Errorf("Close returns %v, want %v", err, syscall.EPIPE)
				}
			}
			same(t, "standard error", s.all(), "b\nb\nb\nb\n")
		})
	}
}

// With Raw the collector writes nothing, and finds out at the end of a command that the reader has gone.
func TestReaderGoneRaw(t *testing.T) {
	r, w, err := os.Pipe()
	check(t, err)
	defer w.Close()
	c := must(output.New(output.Options{Mode: output.Raw, Out: w, Err: os.Stderr}))(t)
	once := func() error {
		check(t, must(c.Open(output.Item{Seq: 1}))(t).Close(output.End{}, true))
		return c.Err()
	}
	check(t, once())
	r.Close()
	if err := once(); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("Err returns %v, want %v", err, syscall.EPIPE)
	}
	<-c.Failed()
}

// A terminal or pipe may be in non-blocking mode because of another process.
func TestNonBlocking(t *testing.T) {
	for name, script := range map[string]string{"small": "head -c 4096 /dev/zero", "large": "head -c 300000 /dev/zero"} {
		t.Run(name, func(t *testing.T) {
			wantNoLeak(t)
			r, w, err := os.Pipe()
			check(t, err)
			w.Fd() // now it is in blocking mode, and Go does not wait for it
			blocking := os.NewFile(uintptr(must(syscall.Dup(int(w.Fd())))(t)), "pipe")
			w.Close()
			defer blocking.Close()
			defer r.Close()
			check(t, syscall.SetNonblock(int(blocking.Fd()), true))
			must(blocking.Write(make([]byte, 64<<10)))(t) // the pipe is full
			c := must(output.New(output.Options{Out: blocking, Err: blocking, Dir: t.TempDir()}))(t)
			b := &bench{Collector: c, t: t}
			command := b.start(output.Item{Seq: 1}, script)
			end := command.wait()
			var got int64
			var reader sync.WaitGroup
			reader.Go(func() { got, _ = io.Copy(io.Discard, r) })
			check(t, command.Close(end, true))
			check(t, c.Close())
			blocking.Close()
			reader.Wait()
			r.Close()
			want := 64<<10 + map[string]int64{"small": 4096, "large": 300000}[name]
			if got != want {
				t.Errorf("read %d bytes, want %d", got, want)
			}
		})
	}
}
