package filecopy

import (
	"context"
	"os"
)

// gate lets bytes through at the pace of Options.Pace. Holes are free: there is
// nothing to move. The zero value lets all through.
type gate struct {
	pace   func(context.Context, int64) (int64, error)
	sparse []*os.File // what is a hole in all of these is free; none: there are no holes
	unused int64      // bytes that were let through, and not moved
}

// newGate is one for what is read of this file or, to compare them, of these.
func newGate(pace func(context.Context, int64) (int64, error), files ...*os.File) gate {
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

// pass waits until some of the want bytes at off may be moved, and says how many.
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

// back gives back what was let through and not moved.
func (g *gate) back(n int64) { g.unused += n }

// passAll is for bytes that are moved already.
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

func (g *gate) free(off, n int64) bool {
	for _, f := range g.sparse {
		if !inHole(f, off, n) {
			return false
		}
	}
	return len(g.sparse) > 0
}
