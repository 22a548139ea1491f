//go:build unix

package output_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"brood/internal/output"
)

// Outputs of all sizes appear in the order of the numbers, however the commands end, and some end without output.
func TestOrdered(t *testing.T) {
	const items = 60
	var want strings.Builder
	for seq := 1; seq <= items; seq++ {
		if count, ok := lengthOf(seq); ok {
			want.WriteString(tagged(fmt.Sprint(seq), 1, count))
		}
	}
	for _, mode := range []output.Mode{output.Grouped, output.Lines} {
		t.Run(fmt.Sprint("mode ", mode), func(t *testing.T) {
			b := newBench(t, output.Options{Mode: mode, Ordered: true, Delay: delay}, "file")
			var all sync.WaitGroup
			limit := make(chan struct{}, 6)
			for _, i := range rand.Perm(items) {
				limit <- struct{}{}
				all.Go(func() {
					defer func() { <-limit }()
					count, ok := lengthOf(i + 1)
					if !ok {
						b.Settle(i + 1)
						return
					}
					b.run(output.Item{Seq: i + 1, Tag: fmt.Sprint(i + 1)}, `seq "$1"; seq "$1" >&2`, fmt.Sprint(count))
				})
			}
			all.Wait()
			if held := b.Held(); held != 0 {
				t.Errorf("%d outputs are held at the end", held)
			}
			b.finish(want.String(), want.String())
		})
	}
}

// lengthOf returns how many lines an item has; false if it does not run.
func lengthOf(seq int) (lines int, runs bool) {
	return [...]int{0, 3, 0, 2000, 50_000}[seq%5], seq%7 != 0
}

// Held counts the outputs that wait, without the empty ones.
func TestHeld(t *testing.T) {
	b := newBench(t, output.Options{Ordered: true}, "file")
	for _, step := range []struct {
		seq    int
		script string // "": it does not run
		held   int
		out    string
	}{
		{3, "echo 3", 1, ""},
		{5, "true", 1, ""},
		{4, "seq 5000", 2, ""},
		{2, "", 2, ""},
		{7, "echo 7", 3, ""},
		{1, "echo 1", 1, "1\n3\n" + numbers(1, 5000)},
		{6, "", 0, "1\n3\n" + numbers(1, 5000) + "7\n"},
	} {
		if step.script == "" {
			b.Settle(step.seq)
		} else {
			b.run(output.Item{Seq: step.seq}, step.script)
		}
		if held := b.Held(); held != step.held {
			t.Errorf("after %d: %d are held, want %d", step.seq, held, step.held)
		}
		same(t, fmt.Sprint("output after ", step.seq), b.out.now(), step.out)
	}
	b.finish(b.out.now(), "")
}

// An output that is held in memory or not at all has no descriptor.
func TestHeldDescriptors(t *testing.T) {
	b := newBench(t, output.Options{Ordered: true}, "file")
	before := descriptors(t)
	for seq := 2; seq <= 50; seq++ {
		b.run(output.Item{Seq: seq}, "head -c 4096 /dev/zero; head -c 4096 /dev/zero >&2")
	}
	if now := descriptors(t); now != before {
		t.Errorf("%d descriptors for outputs that are held, want none", now-before)
	}
	b.Settle(1)
	b.finish(strings.Repeat("\x00", 49*4096), strings.Repeat("\x00", 49*4096))
}

// Close prints in order what still waits for a number that never ends.
func TestOrderedWithGap(t *testing.T) {
	b := newBench(t, output.Options{Ordered: true}, "file")
	b.run(output.Item{Seq: 5}, "echo 5")
	b.run(output.Item{Seq: 3}, "echo 3")
	b.run(output.Item{Seq: 1}, "echo 1")
	b.finish("1\n3\n5\n", "")
}

// The lines of the first command appear at once. Those of the second appear when the first has ended, and from then on
// at once.
func TestOrderedLines(t *testing.T) {
	b := newBench(t, output.Options{Mode: output.Lines, Ordered: true, Delay: delay}, "pipe")
	holdOne, holdTwo := newGate(t), newGate(t)
	long := strings.Repeat("x", 10_000)
	two := b.startWith(output.Item{Seq: 2, Tag: "2"}, holdTwo, `echo "$1"; echo b; printf c; read x <&3; echo d`, long)
	one := b.startWith(output.Item{Seq: 1, Tag: "1"}, holdOne, "echo a; read x <&3")
	b.out.await("1\ta\n")
	b.run(output.Item{Seq: 3}, "echo three")
	holdOne.open()
	one.end(true)
	b.out.await("1\ta\n2\t" + long + "\n2\tb\n")
	holdTwo.open()
	two.end(true)
	b.finish("1\ta\n2\t"+long+"\n2\tb\n2\tcd\nthree\n", "")
}

// The turn of a command may come while Close stores its lines. They are printed once.
func TestOrderedLinesWhileStored(t *testing.T) {
	results := t.TempDir() + "/fifo.jsonl"
	check(t, syscall.Mkfifo(results, 0o600))
	b := newBench(t, output.Options{Mode: output.Lines, Ordered: true, Results: results, Delay: delay}, "file")
	reader := must(os.Open(results))(t)
	defer reader.Close()
	two := b.start(output.Item{Seq: 2}, "seq 100000") // more than fits into the FIFO
	var closed sync.WaitGroup
	closed.Go(func() {
		if err := two.Close(two.wait(), true); err != nil {
			t.Error(err)
		}
	})
	must(reader.Read(make([]byte, 1)))(t)
	b.Settle(1)
	var rest sync.WaitGroup
	rest.Go(func() { io.Copy(io.Discard, reader) })
	closed.Wait()
	b.finish(numbers(1, 100000), "")
	rest.Wait()
}
