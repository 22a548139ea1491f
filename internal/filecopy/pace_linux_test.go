package filecopy_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"brood/internal/digest"
	"brood/internal/filecopy"
)

// paced is a pace that lets at most piece bytes through at once. It counts the bytes.
type paced struct {
	t            *testing.T
	piece, total int64
	calls        int
}

func (p *paced) pace(_ context.Context, want int64) (int64, error) {
	n := min(want, p.piece)
	if want <= 0 {
		p.t.Errorf("the pace was called for %d bytes", want)
	}
	p.total += n
	p.calls++
	return n, nil
}

// Each moved byte passes the pace once, by every method, and no other bytes do.
func TestPace(t *testing.T) {
	page := int64(os.Getpagesize())
	for name, row := range map[string]struct {
		opts filecopy.Options
		want int // number of times that each byte passes
	}{
		"copied":          {filecopy.Options{}, 1},
		"durably":         {filecopy.Options{Durable: true}, 1},
		"and read back":   {filecopy.Options{Hash: digest.XXH128}, 2},
		"and proved":      {filecopy.Options{Hash: digest.MD5, Resume: true}, 2},
		"with attributes": {filecopy.Options{Archive: true}, 1},
	} {
		for _, size := range []int{0, 1, 5000, 16<<10 - 1, 16 << 10, mib, 3*mib + 7} {
			for _, piece := range []int64{page, 5 * page, 64 * mib} {
				t.Run(fmt.Sprintf("%s/%d by %d", name, size, piece), func(t *testing.T) {
					e := newEnds(t)
					write(t, e.src, "f", noise(size), 0o644)
					p := paced{t: t, piece: piece}
					row.opts.Pace = p.pace
					res, err := e.copy("f", row.opts)
					must(t, err)
					e.wantCopied(t, "f")
					want := int64(row.want * size)
					if res.Method == filecopy.Reflink {
						want = 0
					}
					if p.total != want {
						t.Errorf("%d bytes passed the pace, want %d (%s)", p.total, want, res.Method)
					}
				})
			}
		}
	}
}

// A comparison reads each byte on both sides, but the byte passes the pace once.
func TestPaceOfComparison(t *testing.T) {
	for _, size := range []int{0, 1, 5000, mib, 3*mib + 7} {
		e := newEnds(t)
		write(t, e.src, "f", noise(size), 0o644)
		write(t, e.dst, "f", noise(size), 0o644)
		p := paced{t: t, piece: int64(os.Getpagesize())}
		opts := filecopy.Options{Hash: digest.MD5, Pace: p.pace}
		sum, err := filecopy.Compare(context.Background(), e.src, e.dst, "f", opts)
		if sum == "" || err != nil || p.total != int64(size) {
			t.Errorf("%d bytes: %q, %v, %d passed the pace", size, sum, err, p.total)
		}
		half := append(noise(size)[:size/2], make([]byte, size-size/2)...)
		for name, contents := range map[string][]byte{"longer": noise(size + 1), "other": half} {
			write(t, e.dst, "f", contents, 0o644)
			sum, err = filecopy.Compare(context.Background(), e.src, e.dst, "f", opts)
			if err != nil || sum != "" && size > 0 {
				t.Errorf("%d bytes, %s: %q, %v", size, name, sum, err)
			}
		}
	}
}

// Proving the bytes of a partial copy passes the pace. They are not moved again.
func TestPaceOfPartial(t *testing.T) {
	e := newEnds(t)
	const size = 4*mib + 3
	write(t, e.src, "f", noise(size), 0o644)
	ctx, cancel := context.WithCancel(context.Background())
	opts := filecopy.Options{Resume: true, Hash: digest.XXH64, Progress: func(int64) { cancel() }}
	if _, err := filecopy.File(ctx, e.src, e.dst, "f", opts); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	p := paced{t: t, piece: int64(os.Getpagesize())}
	opts.Progress, opts.Pace = nil, p.pace
	res, err := e.copy("f", opts)
	must(t, err)
	if res.Resumed == 0 || p.total != 2*size {
		t.Errorf("resumed %d, %d bytes passed the pace, want %d", res.Resumed, p.total, 2*size)
	}
}

// A hole on both sides does not pass the pace, in a copy or a comparison.
func TestPaceOfHoles(t *testing.T) {
	e := newEnds(t)
	const size, data = 64 * mib, mib
	write(t, e.src, "f", nil, 0o644)
	f, err := e.src.OpenFile("f", os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	_, err = f.WriteAt(noise(data), 32*mib)
	must(t, err)
	must(t, f.Truncate(size))
	p := paced{t: t, piece: 256 << 10}
	opts := filecopy.Options{Hash: digest.XXH128, Pace: p.pace}
	_, err = e.copy("f", opts)
	must(t, err)
	if p.total != 2*data {
		t.Errorf("%d bytes passed the pace, want %d", p.total, 2*data)
	}
	p.total = 0
	sum, err := filecopy.Compare(context.Background(), e.src, e.dst, "f", opts)
	if sum == "" || err != nil || p.total != data {
		t.Errorf("compared: %q, %v, %d bytes passed the pace", sum, err, p.total)
	}
}

// The error of the pace is the error of the copy, which leaves no file.
func TestPaceEnds(t *testing.T) {
	for name, opts := range map[string]filecopy.Options{"copied": {}, "hashed": {Hash: digest.XXH128}} {
		for after := range 8 {
			t.Run(fmt.Sprintf("%s after %d", name, after), func(t *testing.T) {
				e, calls, enough := newEnds(t), 0, errors.New("enough")
				write(t, e.src, "f", noise(4*mib), 0o644)
				opts.Pace = func(_ context.Context, want int64) (int64, error) {
					if calls++; calls > after {
						return 0, enough
					}
					return min(want, mib), nil
				}
				res, err := e.copy("f", opts)
				if res.Method == filecopy.Reflink || opts.Hash == "" && after >= 4 {
					must(t, err)
					return
				}
				if !errors.Is(err, enough) {
					t.Errorf("%v", err)
				}
				wantOnly(t, e.dst, ".")
			})
		}
	}
}
