package filecopy_test

import (
	"context"
	"os"
	"testing"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/filecopy"
)

// otherMachine returns the same destination as another machine sees it: with the same files, but
// its own locks.
func otherMachine(t *testing.T, fs *faultfs.FS) *os.Root {
	t.Helper()
	other, err := faultfs.Mount(t.TempDir(), fs.Beneath, faultfs.Options{})
	must(t, err)
	root, err := os.OpenRoot(other.Mounted)
	must(t, err)
	t.Cleanup(func() {
		root.Close()
		must(t, other.Unmount())
	})
	return root
}

// Two machines copy the same file at the same time, and neither sees the other's lock. With
// Shared each uses its own temporary, and both copies succeed.
func TestShared(t *testing.T) {
	for _, shared := range []bool{true, false} {
		fs := faultfstest.Mount(t, faultfs.Options{})
		other := otherMachine(t, fs)
		e := endsAt(t, t.TempDir(), fs.Mounted)
		write(t, e.src, "f", noise(9<<20), 0o600)
		opts := filecopy.Options{Overwrite: filecopy.Always, Shared: shared}
		var first error
		met := false
		opts.Progress = func(int64) {
			if met {
				return
			}
			met = true
			opts := opts
			opts.Progress = nil
			_, first = filecopy.File(context.Background(), e.src, other, "f", opts)
		}
		_, second := filecopy.File(context.Background(), e.src, e.dst, "f", opts)
		switch {
		case !met || first != nil:
			t.Fatalf("shared %v: error of the copy during the other: %v", shared, first)
		case shared && second != nil:
			t.Errorf("%v", second)
		case !shared && second == nil:
			t.Error("without Shared both copies succeed: they see each other's lock, so this test proves nothing")
		}
		if shared {
			e.wantCopied(t, "f")
			wantOnly(t, e.dst, ".", "f")
		}
	}
}
