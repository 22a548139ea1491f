package filecopy_test

import (
	"os"
	"testing"

	"brood/internal/filecopy"
)

// After Unmark the folder is as before, even if its mode forbids new names.
func TestMark(t *testing.T) {
	const name = ".brood.01234567.brood"
	for _, mode := range []os.FileMode{0o755, 0o555, 0o2750} {
		e := newEnds(t)
		for range 2 {
			must(t, filecopy.Mark(e.dst, name))
		}
		if info := stat(t, e.dst, name); info.Mode&0o40000 == 0 || !filecopy.IsTemporary(name) {
			t.Errorf("mode %o", info.Mode)
		}
		must(t, e.dst.Chmod(".", mode))
		must(t, e.dst.Chtimes(".", longAgo.Add(5), longAgo))
		before := stat(t, e.dst, ".")
		for range 2 {
			must(t, filecopy.Unmark(e.dst, name))
		}
		after := stat(t, e.dst, ".")
		if after.Mtim != before.Mtim || after.Atim != before.Atim || after.Mode != before.Mode {
			t.Errorf("mode %o, times %v, %v; want %o, %v, %v",
				after.Mode, after.Atim, after.Mtim, before.Mode, before.Atim, before.Mtim)
		}
		wantOnly(t, e.dst, ".")
	}
}
