package filecopy_test

import (
	"context"
	"errors"
	"testing"

	"brood/internal/digest"
	"brood/internal/filecopy"
)

// TestHugeHole: a hole that takes long to be hashed is told of, and a cancel is heard.
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
		t.Errorf("%v, first told of %d of %d bytes", err, first, int64(size))
	}
	wantOnly(t, e.dst, ".")
}
