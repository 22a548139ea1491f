//go:build !linux

package pace

import (
	"context"
	"sync/atomic"
	"time"
)

func newNaps() naps { return looks{} }

// looks are naps where nobody can be woken from outside: they look again about once a second.
type looks struct{}

const lookAgain = time.Second

func (looks) sleep(ctx context.Context, _ *atomic.Uint32, _ uint32, d time.Duration) (woken bool, err error) {
	timer := time.NewTimer(min(d, lookAgain))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (looks) wake(*atomic.Uint32, int) int { return 1 } // for all that is known
