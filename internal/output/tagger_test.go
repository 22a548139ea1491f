package output

import (
	"io"
	"os"
	"strings"
	"testing"
)

// Pieces of any length get the same tags as the whole.
func FuzzTagger(f *testing.F) {
	f.Add("a\nb\n", uint8(1))
	f.Add("a\n\nb", uint8(3))
	f.Add("\n\n", uint8(2))
	f.Add("", uint8(1))
	file, err := os.CreateTemp(f.TempDir(), "")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	f.Fuzz(func(t *testing.T, text string, piece uint8) {
		from, err := file.Seek(0, io.SeekCurrent)
		if err != nil {
			t.Fatal(err)
		}
		w := &tagger{to: &destination{file: file, broken: new(bool)}, tag: "t\t"}
		for rest := text; rest != ""; {
			n := min(max(int(piece), 1), len(rest))
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		got, err := io.ReadAll(io.NewSectionReader(file, from, 1<<40))
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		for line := range strings.SplitAfterSeq(text, "\n") {
			if line != "" {
				want.WriteString("t\t" + line)
			}
		}
		if string(got) != want.String() {
			t.Errorf("%q in pieces of %d is %q, want %q", text, piece, got, want.String())
		}
	})
}
