package faultfs_test

import (
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
)

// TestCached: with Cached, a read returns the contents in memory, although the medium has a wrong bit. A new time
// and a new name do not change that. A read with O_DIRECT returns the wrong bit.
func TestCached(t *testing.T) {
	for name, tt := range map[string]struct {
		opts faultfs.Options
		at   int
	}{"cached": {faultfs.Options{Cached: true}, -1}, "not cached": {faultfs.Options{}, 3 * page}} {
		t.Run(name, func(t *testing.T) {
			f := faultfstest.Mount(t, tt.opts)
			f.Inject(faultfs.Rule{Ops: faultfs.Write, Name: "a", From: 3 * page, Flip: 1})
			all := contents(8 * page)
			open, err := os.Create(f.Mounted + "/a")
			must(t, err)
			defer open.Close() // an open file stays in the kernel's cache
			must(t, os.WriteFile(f.Mounted+"/a", all, 0o600))
			must(t, os.Chtimes(f.Mounted+"/a", time.Unix(1, 0), time.Unix(1, 0)))
			must(t, os.Rename(f.Mounted+"/a", f.Mounted+"/b"))
			got, err := os.ReadFile(f.Mounted + "/b")
			must(t, err)
			if at := difference(got, all); at != tt.at {
				t.Errorf("read: differs at %d, want %d", at, tt.at)
			}
			direct, err := os.OpenFile(f.Mounted+"/b", os.O_RDONLY|unix.O_DIRECT, 0)
			must(t, err)
			defer direct.Close()
			got = aligned(len(all))
			_, err = io.ReadFull(direct, got)
			must(t, err)
			if at := difference(got, all); at != 3*page {
				t.Errorf("read with O_DIRECT: differs at %d, want %d", at, 3*page)
			}
		})
	}
}

// difference returns the offset of the first difference, or -1.
func difference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}
