//go:build unix

package output_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"brood/internal/output"
)

// newSpool makes a collector whose outputs go to a spool, and to nowhere else.
func newSpool(t *testing.T) (b *bench, path string) {
	t.Helper()
	path = t.TempDir() + "/spool"
	file := must(os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600))(t)
	t.Cleanup(func() { file.Close() })
	return newBench(t, output.Options{Spool: file}, "file"), path
}

// Replay prints and stores an output as the first collector does, in the order of its calls.
func TestReplay(t *testing.T) {
	from, path := newSpool(t)
	spool := output.NewSpool(path)
	odd := output.Item{Seq: 2, Tag: "t\xff", Name: "b\xff", Argv: []string{"x", "\xff"}}
	from.run(odd, `printf 'a\000\377\nb'; echo e >&2`)
	if there := must(spool.Has(1))(t); there {
		t.Error("the spool has an output that has not come")
	}
	from.start(output.Item{Seq: 1, Name: "a"}, "echo dropped").end(false)
	from.run(output.Item{Seq: 1, Name: "a"}, "yes 0123456789abcde | head -n 65536")
	from.run(output.Item{Seq: 3}, "exit 3")

	results := t.TempDir() + "/results.jsonl"
	to := newBench(t, output.Options{Results: results}, "file")
	for _, seq := range []int{1, 2, 3} {
		if there := must(spool.Has(seq))(t); !there {
			t.Fatalf("the spool lacks item %d", seq)
		}
		check(t, to.Replay(spool, seq))
	}
	if err := to.Replay(spool, 1); err == nil || !strings.Contains(err.Error(), "item 1: is not in") {
		t.Errorf("once more: %v", err)
	}
	long := strings.Repeat("0123456789abcde\n", 1<<16)
	to.finish(long+"t\xff\ta\x00\xff\nt\xff\tb", "t\xff\te\n")
	stored := string(must(os.ReadFile(results))(t))
	for _, want := range []string{`{"seq":1,"item":"a"`, `"item_base64":"Yv8="`, `"exitcode":3`} {
		if !strings.Contains(stored, want) {
			t.Errorf("the results lack %s", want)
		}
	}
	check(t, from.Close())
}

// The reader of a spool sees only whole outputs while it grows. A spool that makes no sense is an error.
func TestSpoolGrows(t *testing.T) {
	from, path := newSpool(t)
	from.run(output.Item{Seq: 1}, "echo out; echo err >&2")
	from.run(output.Item{Seq: 2}, "echo 2")
	check(t, from.Close())
	whole := must(os.ReadFile(path))(t)
	first := bytes.Index(whole, []byte("err\n")) + len("err\n")
	part := t.TempDir() + "/part"
	spool := output.NewSpool(part)
	if _, err := spool.Has(1); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("no file: %v", err)
	}
	for n := range len(whole) + 1 {
		check(t, os.WriteFile(part, whole[:n], 0o600))
		for seq, at := range map[int]int{1: first, 2: len(whole)} {
			if there := must(spool.Has(seq))(t); there != (n >= at) {
				t.Fatalf("with %d bytes of %d: item %d: %v", n, len(whole), seq, there)
			}
		}
	}
	for _, text := range []string{"no JSON\n", `{"sizes":[-1,0]}` + "\n", `{"sizes":[9223372036854775807,9]}` + "\n"} {
		check(t, os.WriteFile(part, []byte(text), 0o600))
		if _, err := output.NewSpool(part).Has(1); err == nil || !strings.Contains(err.Error(), "spool") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A spool that cannot be written is the failure of the item, and the next output is whole.
func TestSpoolFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("needs /dev/full: ", err)
	}
	defer full.Close()
	b := newBench(t, output.Options{Spool: full}, "file")
	c := b.start(output.Item{Seq: 1}, "echo out")
	if err := c.Close(c.wait(), true); !errors.Is(err, output.ErrIncomplete) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close returns %v", err)
	}
	b.finish("", "")
}

func FuzzSpool(f *testing.F) {
	f.Add([]byte(`{"seq":1,"sizes":[1,1]}` + "\nab"))
	f.Add([]byte(`{"seq":1,"sizes":[9223372036854775807,9223372036854775807]}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := t.TempDir() + "/spool"
		check(t, os.WriteFile(path, text, 0o600))
		spool := output.NewSpool(path)
		there, err := spool.Has(1)
		if err != nil || !there {
			return
		}
		null := must(os.OpenFile(os.DevNull, os.O_WRONLY, 0))(t)
		defer null.Close()
		c := must(output.New(output.Options{Out: null, Err: null, Dir: t.TempDir()}))(t)
		check(t, c.Replay(spool, 1))
		check(t, c.Close())
	})
}
