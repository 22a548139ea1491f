package pace

import (
	"context"
	"sync/atomic"
	"time"
)

// patience is the longest time that a taker in line sleeps without a call.
const patience = time.Hour

// all, as the n of wake, wakes every sleeper.
const all = 1<<31 - 1

// naps lets takers sleep, and wake each other.
type naps interface {
	// sleep returns when wake wakes it, after d, or when *word is not seen. It may also
	// return earlier. woken is false only if no wake caused the return. err is ctx's error.
	sleep(ctx context.Context, word *atomic.Uint32, seen uint32, d time.Duration) (woken bool, err error)

	// wake wakes the first n sleepers on the word, and returns their number.
	wake(word *atomic.Uint32, n int) int
}

// stand sleeps in line until another taker calls, or until a call is overdue. called reports the former.
func (b *Bucket) stand(ctx context.Context, passed uint32, rate int64) (called bool, err error) {
	before := int64(int32(b.came.Add(1) - 1 - b.left.Load() - b.lost.Load()))
	defer b.left.Add(1)
	// Each taker before us has one turn. Twice that time allows for killed takers and a busy machine.
	longest := 2 * (horizon(rate, true) + min(max(before, 0), 1<<20)*cost(turnOf(rate, longTurn), rate))
	return b.naps.sleep(ctx, &b.passed, passed, min(time.Duration(longest), patience))
}

// call wakes the next taker in line when a turn begins. While there is much room before the
// horizon it wakes two.
func (b *Bucket) call(rate int64) {
	b.passed.Add(1)
	standing := b.came.Load() - b.left.Load()
	if standing == 0 {
		return
	}
	n, left := 1, b.due.Load()-b.now()
	switch {
	case left > horizon(rate, true):
		return
	case left < horizon(rate, false):
		n = 2
	}
	if b.naps.wake(&b.passed, n) == 0 {
		b.lost.Store(standing)
	}
}
