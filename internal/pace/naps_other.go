//go:build !linux

package pace

import (
	"context"
	"sync/atomic"
	"time"
)

func newNaps() naps { return polls{} }

// polls implements naps where no process can wake another: each sleep ends within pollEvery.
type polls struct{}

const pollEvery = time.Second

func (polls) sleep(ctx context.Context, _ *atomic.Uint32, _ uint32, d time.Duration) (woken bool, err error) {
	timer := time.NewTimer(min(d, pollEvery))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (polls) wake(*atomic.Uint32, int) int { return 1 } // nobody knows: assume that one wakes
