package filecopy_test

import (
	"context"
	"errors"
	"testing"

	"brood/internal/digest"
	"brood/internal/filecopy"
)

// While a copy hashes a huge hole, it reports progress, and a cancel takes effect.
func TestHugeHole(t *testing.T) {
	e := newEnds(t)
	const size = 1 << 40
	write(t, e.src, "f", nil, 0o644)
	if err := resize(e.src, size); err != nil {
		t.Skipf("needs kernel: a file system with files of %d bytes: %v", int64(size), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	first := int64(-1)
	_, err := filecopy.File(ctx, e.src, e.dst, "f", filecopy.Options{Hash: digest.XXH128, Progress: func(n int64) {
		if first < 0 {
			first = n
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || first > size/2 {
		t.Errorf("%v, first progress %d of %d bytes", err, first, int64(size))
	}
	wantOnly(t, e.dst, ".")
}
