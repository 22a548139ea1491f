package plan

import (
	"context"

	"brood/internal/event"
)

// Count is how many files, links and nodes Start would have jobs for. It walks the
// source, and ends with ctx's error soon after that is done.
func Count(ctx context.Context, t Tree, opts Options) (n int, err error) {
	w, err := newWalk(ctx, t, opts, func(event.Event) {})
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
