package filecopy

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzTemporaryName checks that a temporary name of any file passes IsTemporary. A file system
// that can hold the file's name can also hold the temporary name.
// To fuzz: go test -run '^$' -fuzz FuzzTemporaryName ./internal/filecopy
func FuzzTemporaryName(f *testing.F) {
	const note = "\U0001F3B5"
	for _, base := range []string{
		"a.mov", "a", "-", ".brood", "..x", "\n", "\xff", "é\xcc",
		strings.Repeat("x", 255), strings.Repeat("\xbf", 255),
		strings.Repeat("é", 127), "x" + strings.Repeat("é", 127),
		strings.Repeat("唱", 85), "x" + strings.Repeat("唱", 84), "xx" + strings.Repeat("唱", 84),
		strings.Repeat(note, 63), "x" + strings.Repeat(note, 63),
		"xx" + strings.Repeat(note, 63), "xxx" + strings.Repeat(note, 63),
	} {
		f.Add(base)
	}
	f.Fuzz(func(t *testing.T, base string) {
		if base == "" || base == "." || base == ".." || len(base) > longestName || strings.ContainsAny(base, "/\x00") {
			return // no file has such a name
		}
		name := temporaryName(base)
		if !IsTemporary(name) || len(name) > longestName || strings.ContainsAny(name, "/\x00") {
			t.Errorf("%q: %q", base, name)
		}
		if utf8.ValidString(base) && !utf8.ValidString(name) {
			t.Errorf("%q: half a character in %q", base, name)
		}
		cut := name[1 : len(name)-len(".01234567.brood")]
		if !strings.HasPrefix(base, cut) || len(cut) < min(len(base), longestBase-utf8.UTFMax) {
			t.Errorf("%q: the temporary name %q has %q of it", base, name, cut)
		}
	})
}

// FuzzIsTemporary checks that IsTemporary accepts only names of the form of temporaryName.
// To fuzz: go test -run '^$' -fuzz FuzzIsTemporary ./internal/filecopy
func FuzzIsTemporary(f *testing.F) {
	for _, base := range []string{
		".a.mov.0123abcd.brood", ".brood", "..0123abcd.brood", "...0123abcd.brood", ".a.0123ABCD.brood",
		".a.0123abc.brood", "a.0123abcd.brood", ".\xff.0123abcd.brood", ".a.0123abcd.brood.brood", "",
		".a\x00.0123abcd.brood",
	} {
		f.Add(base)
	}
	f.Fuzz(func(t *testing.T, base string) {
		const end = ".01234567.brood"
		if !IsTemporary(base) {
			return
		}
		if len(base) <= 1+len(end) {
			t.Fatalf("%q is too short", base)
		}
		of := base[1 : len(base)-len(end)]
		if len(of) > longestBase {
			return
		}
		name := temporaryName(of)
		if len(name) != len(base) || !strings.HasPrefix(base, "."+of+".") || !IsTemporary(name) {
			t.Errorf("IsTemporary(%q), but temporaryName(%q) is %q", base, of, name)
		}
	})
}
