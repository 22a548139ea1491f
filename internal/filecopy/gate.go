package filecopy

import (
	"context"
)

// gate lets bytes through at the pace of Options.Pace. Holes are free, as no bytes move. The
// zero gate lets all bytes through.
type gate struct {
	pace   func(context.Context, int64) (int64, error)
	sparse []file // a range that is a hole in all of these is free; none: there are no holes
	unused int64  // bytes that passed, but were not moved
}

// newGate returns a gate for reading the file, or for comparing the files.
func newGate(pace func(context.Context, int64) (int64, error), files ...file) gate {
	g := gate{pace: pace}
	if pace == nil {
		return g
	}
	for _, f := range files {
		if info, err := f.Stat(); err != nil || !mayHaveHoles(info) {
			return gate{pace: pace}
		}
		g.sparse = append(g.sparse, f)
	}
	return g
}

// pass waits until some of the want bytes at off may be moved, and returns their number.
func (g *gate) pass(ctx context.Context, off, want int64) (int64, error) {
	if g.pace == nil || want <= 0 || g.free(off, want) {
		return want, nil
	}
	if n := min(g.unused, want); n > 0 {
		g.unused -= n
		return n, nil
	}
	return g.pace(ctx, want)
}

// back gives back n bytes that passed, but were not moved.
func (g *gate) back(n int64) { g.unused += n }

// passAll passes n bytes that have already been moved.
func (g *gate) passAll(ctx context.Context, n int64) error {
	for n > 0 {
		some, err := g.pass(ctx, 0, n)
		if err != nil {
			return err
		}
		n -= some
	}
	return nil
}

// free reports whether the n bytes at off are a hole in all files.
func (g *gate) free(off, n int64) bool {
	for _, f := range g.sparse {
		if !inHole(f, off, n) {
			return false
		}
	}
	return len(g.sparse) > 0
}
