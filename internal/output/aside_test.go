//go:build unix

package output_test

import (
	"testing"

	"brood/internal/output"
)

// Aside is called for what goes to Err, in each mode that prints, and what it gets ends with a newline. Out is another
// file here, which gets the bytes as they are.
func TestAside(t *testing.T) {
	for name, mode := range map[string]output.Mode{"grouped": output.Grouped, "lines": output.Lines} {
		t.Run(name, func(t *testing.T) {
			calls, within := 0, 0
			aside := func(write func()) {
				calls++
				within++
				write()
				within--
			}
			b := newBench(t, output.Options{Mode: mode, Aside: aside}, "pipe")
			b.run(output.Item{Seq: 1}, "printf out")
			if calls > 0 {
				t.Errorf("%d calls for Out, want none", calls)
			}
			b.run(output.Item{Seq: 2}, "printf err >&2")
			if calls == 0 || within != 0 {
				t.Errorf("%d calls for Err, of which %d have not ended", calls, within)
			}
			b.run(output.Item{Seq: 3}, "printf 'a\\nb\\n' >&2")
			b.finish("out", "err\na\nb\n")
		})
	}
}
