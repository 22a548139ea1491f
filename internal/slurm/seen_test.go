package slurm

import (
	"fmt"
	"os"
	"testing"
)

// TestSeenOfOddNames checks names of any bytes, and that seen.json has only some of many names.
func TestSeenOfOddNames(t *testing.T) {
	source := t.TempDir()
	names := []string{`q"uo\"te\`, "new\nline", "\xff\xfe", "\u2028"}
	for n := range 2 * seenMost {
		names = append(names, fmt.Sprint(n))
	}
	f := newFolder(t, Request{Root: Exact(source)})
	for _, name := range names {
		if err := os.WriteFile(source+"/"+name, nil, 0o644); err != nil {
			t.Skip("needs a file system for names of any bytes: ", err)
		}
	}
	list(t, f, 0, names...)
	must(t, f.writeSeen(0))
	var seen []Seen
	must(t, f.read("seen.json", &seen))
	if len(seen) != seenMost {
		t.Errorf("seen.json has %d names, want %d", len(seen), seenMost)
	}
	for i, s := range seen {
		if string(s.Name) != names[i] || !s.isIn(source) || s.isIn(t.TempDir()) {
			t.Errorf("%+v for %q", s, names[i])
		}
	}
}
