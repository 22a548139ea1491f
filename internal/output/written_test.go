//go:build unix

package output_test

import (
	"os"
	"testing"
	"time"

	"brood/internal/output"
	"brood/internal/testenv"
)

// Written counts what a command writes to both files while it runs, but not with Raw.
func TestWritten(t *testing.T) {
	for _, row := range []struct {
		mode output.Mode
		want int64
	}{
		{output.Grouped, 8}, {output.Lines, 8}, {output.Raw, 0},
	} {
		b := newBench(t, output.Options{Mode: row.mode, Delay: delay}, "pipe")
		in := newGate(t)
		c := b.startWith(output.Item{Seq: 1}, in, "echo out; echo err >&2; read x <&3")
		wantWritten(t, c.Output, row.want, false)
		in.open()
		c.end(true)
		b.finish("out\n", "err\n")
		c.Written() // the files are closed
	}
}

// While nobody reads Out, a command that writes line by line is held.
func TestWrittenIsHeld(t *testing.T) {
	read, write, err := os.Pipe()
	check(t, err)
	defer read.Close()
	defer write.Close()
	options := output.Options{Mode: output.Lines, Out: write, Err: os.Stderr, Delay: delay, Dir: t.TempDir()}
	c := must(output.New(options))(t)
	o := must(c.Open(output.Item{Seq: 1}))(t)
	const size = 1 << 20 // more than a pipe holds
	go func() {
		line := make([]byte, 1<<10)
		line[len(line)-1] = '\n'
		for range size / len(line) {
			_, _ = o.Stdout().Write(line)
		}
	}()
	for until := time.Now().Add(testenv.Patience); ; time.Sleep(time.Millisecond) {
		if _, held := o.Written(); held {
			before, _ := o.Written()
			time.Sleep(20 * time.Millisecond) // not held for a moment only
			if after, held := o.Written(); held && after == before {
				break
			}
		}
		if time.Now().After(until) {
			t.Fatal("never held")
		}
	}
	go func() {
		buffer := make([]byte, 1<<16)
		for n := 1; n > 0; n, _ = read.Read(buffer) {
		}
	}()
	wantWritten(t, o, size, false)
	check(t, o.Close(output.End{}, true))
	check(t, c.Close())
}

func wantWritten(t *testing.T, o *output.Output, bytes int64, held bool) {
	t.Helper()
	for until := time.Now().Add(testenv.Patience); ; time.Sleep(time.Millisecond) {
		got, gotHeld := o.Written()
		if got == bytes && gotHeld == held {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("written are %d bytes, held %t; want %d, %t", got, gotHeld, bytes, held)
		}
	}
}
