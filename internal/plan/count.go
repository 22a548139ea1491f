package plan

import (
	"context"

	"brood/internal/event"
)

// Count is how many files, links and nodes Start would have jobs for. It walks the
// source, and ends with ctx's error soon after that is done, or with another one
// when there is no answer for Options.Stall.
func Count(ctx context.Context, t Tree, opts Options) (int, error) {
	return wholeInTime(ctx, opts, func(ctx context.Context, p *pulse) (int, error) { return count(ctx, p, t, opts) })
}

func count(ctx context.Context, p *pulse, t Tree, opts Options) (n int, err error) {
	w, err := newWalk(ctx, p, t, opts, func(event.Event) {})
	if err != nil {
		return 0, err
	}
	defer w.close()
	w.pass = func(e entry) {
		if e.kind != entered && e.kind != left {
			n++
		}
	}
	w.run()
	return n, ctx.Err()
}
