package filecopy

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// aheadOf returns a reader of a new file with these contents. The reader expects that size.
func aheadOf(t *testing.T, contents []byte, size int64, pace func(context.Context, int64) (int64, error)) *ahead {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "f")
	check(t, err)
	t.Cleanup(func() { f.Close() })
	_, err = f.Write(contents)
	check(t, err)
	check(t, f.Sync())
	a := newAhead(f, size, gate{pace: pace})
	t.Cleanup(func() {
		a.join()
		goleak.VerifyNone(t)
	})
	return a
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

// rest reads the rest of a file.
func rest(t *testing.T, a *ahead) (all []byte) {
	t.Helper()
	for {
		block, err := a.next(context.Background())
		check(t, err)
		if len(block) == 0 {
			return all
		}
		all = append(all, block...)
	}
}

// pieces returns a pace that lets through at most these numbers of bytes, in turn.
func pieces(sizes ...int64) func(context.Context, int64) (int64, error) {
	return func(_ context.Context, want int64) (int64, error) {
		size := sizes[0]
		sizes = append(sizes[1:], size)
		return min(want, size), nil
	}
}

// The reader returns all blocks in order, at any pace, even if the size is wrong.
func TestAhead(t *testing.T) {
	page := int64(os.Getpagesize())
	for _, tt := range []struct {
		name string
		size int   // of the file
		told int64 // size that the reader expects
		pace func(context.Context, int64) (int64, error)
	}{
		{"empty", 0, 0, nil},
		{"a byte", 1, 1, nil},
		{"a block", blockSize, blockSize, nil},
		{"fewer blocks than are read at once", 3*blockSize - 1, 3*blockSize - 1, nil},
		{"more blocks", 9*blockSize + 13, 9*blockSize + 13, nil},
		{"in pages", 2*blockSize + 5, 2*blockSize + 5, pieces(page)},
		{"in blocks and pages", 21*blockSize + 5, 21*blockSize + 5,
			pieces(blockSize, blockSize, page, blockSize, 3*page)},
		{"longer within the page", 5 * blockSize, 5*blockSize - 5, nil},
		{"longer by a page", 5*blockSize + 4096, 5 * blockSize, nil},
		{"shorter", 3*blockSize + 7, 9 * blockSize, nil},
		{"shorter by all", 0, 9 * blockSize, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := noise(tt.size)
			a := aheadOf(t, want, tt.told, tt.pace)
			got := rest(t, a)
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes differ from the %d bytes of the file", len(got), len(want))
			}
		})
	}
}

// The reader reads ahead only while the gate lets whole blocks through.
func TestAheadOfTheGate(t *testing.T) {
	page := int64(os.Getpagesize())
	for _, tt := range []struct {
		name string
		pace func(context.Context, int64) (int64, error)
		want int
	}{
		{"no pace", nil, readsAhead - 1},
		{"whole blocks", pieces(blockSize), readsAhead - 1},
		{"pages", pieces(page), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := aheadOf(t, noise(9*blockSize), 9*blockSize, tt.pace)
			_, err := a.next(context.Background())
			check(t, err)
			if len(a.pending) != tt.want {
				t.Errorf("%d blocks are pending, want %d", len(a.pending), tt.want)
			}
			for _, r := range a.pending {
				if r.done == nil {
					t.Errorf("the block at %d is not being read", r.off)
				}
			}
		})
	}
}

// The reader returns the gate's error, even while it reads other blocks.
func TestAheadEndsEarly(t *testing.T) {
	enough := errors.New("enough")
	for after := range 6 {
		calls := 0
		a := aheadOf(t, noise(9*blockSize), 9*blockSize, func(_ context.Context, want int64) (int64, error) {
			if calls++; calls > after {
				return 0, enough
			}
			return want, nil
		})
		for range 9 {
			if _, err := a.next(context.Background()); err != nil {
				if err != enough {
					t.Errorf("after %d: %v", after, err)
				}
				break
			}
		}
		if calls != after+1 {
			t.Errorf("%d calls of the pace, want %d", calls, after+1)
		}
	}
}

// If a read fails with EINVAL, because the file system wants another alignment, the reader
// reads without O_DIRECT.
func TestAheadWithoutDirect(t *testing.T) {
	want := noise(6 * blockSize)
	a := aheadOf(t, want, int64(len(want)), nil)
	got, err := a.next(context.Background())
	check(t, err)
	got = bytes.Clone(got)
	r := a.pending[0]
	<-r.done
	r.n, r.err = 512, unix.EINVAL
	clear(r.block[512:])
	got = append(got, rest(t, a)...)
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes differ from the file", len(got))
	}
	if flags, err := unix.FcntlInt(a.file.Fd(), unix.F_GETFL, 0); err != nil || flags&unix.O_DIRECT != 0 {
		t.Errorf("flags %o, %v", flags, err)
	}
}

// Any other error stays an error.
func TestAheadFails(t *testing.T) {
	a := aheadOf(t, noise(6*blockSize), 6*blockSize, nil)
	_, err := a.next(context.Background())
	check(t, err)
	<-a.pending[1].done
	a.pending[1].err = unix.EIO
	_, err = a.next(context.Background())
	check(t, err)
	if _, err := a.next(context.Background()); !errors.Is(err, unix.EIO) {
		t.Errorf("error %v", err)
	}
}
