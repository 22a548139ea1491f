//go:build unix

package output_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brood/internal/output"
)

const startError = "fork: too many open files"

// The output of an attempt without a successor is printed and stored when its item is settled.
func TestSettled(t *testing.T) {
	for name, o := range map[string]output.Options{
		"grouped": {}, "lines": {Mode: output.Lines}, "ordered": {Ordered: true},
		"ordered lines": {Mode: output.Lines, Ordered: true},
	} {
		for _, results := range []string{"", "folder", "file.jsonl"} {
			for _, count := range []string{"3", "5000"} { // in memory, and in files
				t.Run(name+" "+results+" "+count, func(t *testing.T) {
					o := o
					o.Kept, o.Delay = 1, delay
					if results != "" {
						o.Results = filepath.Join(t.TempDir(), results)
					}
					b := newBench(t, o, "file")
					it := output.Item{Seq: 2, Name: "x"}
					b.start(it, `seq "$1"; seq "$1" >&2; exit 1`, count).end(false)
					for range 2 { // the system has no room for the next attempt
						next := must(b.Open(it))(t)
						check(t, next.Close(output.End{Error: startError}, false))
					}
					b.Settle(1)
					b.Settle(2)
					b.Settle(2)
					b.run(output.Item{Seq: 3}, "echo 3")
					want := numbers(1, map[string]int{"3": 3, "5000": 5000}[count])
					b.finish(want+"3\n", want)
					b.stored(o.Results, want)
				})
			}
		}
	}
}

// stored checks the results of item 2.
func (b *bench) stored(results, want string) {
	b.t.Helper()
	switch {
	case results == "":
	case strings.HasSuffix(results, ".jsonl"):
		text := string(must(os.ReadFile(results))(b.t))
		quoted := strings.ReplaceAll(want, "\n", `\n`)
		if !strings.Contains(text, `"exitcode":1`) || !strings.Contains(text, `"stdout":"`+quoted+`","stderr":"`+quoted+`"`) {
			b.t.Errorf("the results are %.300q", text)
		}
	default:
		folder := results + "/000002-x"
		for _, name := range []string{"stdout", "stderr"} {
			same(b.t, name, string(must(os.ReadFile(folder+"/"+name))(b.t)), want)
		}
		if all := must(os.ReadDir(folder))(b.t); len(all) != 3 {
			b.t.Errorf("the folder has %v, want 3 files", all)
		}
	}
}

// An attempt that cannot be started leaves the output of the attempt before it. The next that runs replaces it.
func TestNotStartedAfterAnAttempt(t *testing.T) {
	for _, runs := range []bool{false, true} {
		o := output.Options{Kept: 1, Results: filepath.Join(t.TempDir(), "results")}
		b := newBench(t, o, "file")
		it := output.Item{Seq: 2, Name: "x"}
		b.start(it, "seq 5000; seq 5000 >&2; exit 1").end(false)
		want := numbers(1, 5000)
		if runs {
			b.run(it, "echo second; echo second >&2")
			want = "second\n"
		} else {
			next := must(b.Open(it))(t)
			check(t, next.Close(output.End{Error: startError}, true))
			record := string(must(os.ReadFile(o.Results + "/000002-x/item.json"))(t))
			if !strings.Contains(record, startError) {
				t.Errorf("item.json is %s, want %q in it", record, startError)
			}
		}
		b.Settle(2)
		b.finish(want, want)
		b.stored(o.Results, want)
	}
}

// Of attempts that may have a successor, no more than Options.Kept hold descriptors. That the rest is lost is said if
// there is no successor.
func TestKeptDescriptors(t *testing.T) {
	for _, settled := range []int{2, 4} {
		b := newBench(t, output.Options{Kept: 2}, "file")
		before := descriptors(t)
		for seq := 1; seq <= 4; seq++ {
			b.start(output.Item{Seq: seq}, "seq 2000; seq 2000 >&2; exit 1").end(false)
		}
		if now := descriptors(t); now > before+4 {
			t.Errorf("%d descriptors for 4 outputs, want 4 at most", now-before)
		}
		for seq := 1; seq <= settled; seq++ {
			b.Settle(seq)
		}
		err := b.Close()
		if lost := settled > 2; errors.Is(err, output.ErrIncomplete) != lost {
			t.Errorf("%d outputs are settled: Close returns %v", settled, err)
		}
		same(t, "standard output", b.out.all(), numbers(1, 2000)+numbers(1, 2000))
	}
}
