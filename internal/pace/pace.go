// Package pace holds processes together to one rate of bytes: a token bucket in
// memory that they share.
//
// No process serves the others. Whoever wants to move bytes takes its turn with one
// compare-and-swap, so the rate holds for however many there are, goes on when the
// process that made the bucket is killed, and a process that is killed costs the
// others the one turn that it had. Whoever can open the memory can change the rate
// while it is used ([Of]).
//
// # The algorithm
//
// It is the generic cell rate algorithm (ITU-T I.371), with cells of any size. All
// that there is of the bucket is the time at which its next bytes are due:
//
//	now ≤ due     a taker books due … due + n/rate, waits until due - slack, and moves n bytes
//	due < now     nobody has moved bytes lately: due is now, and the rest of it the same
//
//	──────────┬───────────┬───── A's ─────┬── B's ──┬─────▶ time (CLOCK_MONOTONIC)
//	   due - slack    due, as A came   as B came    as it is now
//
// Turns are taken in the order of asking, and a taker asks for its next one when it
// has moved the bytes of the last: each gets its share. In any time T from the start
// on, at most rate·(T+slack) bytes and one turn are let through; slack is what lets a
// taker that woke up late catch up. A new rate makes all bookings void, and those
// that wait notice when they look again.
//
// Whoever shares the memory can write anything into it, or be torn down at any
// instruction. What is read is bounded before use: no value of it can hold a taker
// for longer than a turn at [MinRate], behind the turns of a horizon.
package pace

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"
)

// MinRate is the least rate, in bytes a second: a turn has a page at least, and
// should not take minutes.
const MinRate = 4 << 10

const (
	// slack and turn together are how much more than the rate may pass at once,
	// as the time that it takes: a tenth of a second.
	slack = 75 * time.Millisecond
	turn  = 25 * time.Millisecond

	// largestTurn, in bytes: more at once gains nothing.
	largestTurn = 1 << 20

	// A taker sleeps so long at least, and at the most, before it looks again.
	leastNap, mostNap = 100 * time.Millisecond, time.Second

	// horizon is how far ahead turns are booked. Those who come then look again
	// until it is nearer, so nobody waits for a time that is further off.
	horizon = time.Minute
)

// page is a system's page in bytes, 4 KiB or a larger power of two.
var page = int64(os.Getpagesize())

// shared is what all processes see. Each word is moved by atomic operations alone.
type shared struct {
	magic      atomic.Uint64
	generation atomic.Uint64 // grows with each new rate
	rate       atomic.Int64  // bytes a second, 0 for none
	due        atomic.Int64  // when the next bytes are, ns
}

// magic is "broodpac": whose memory it is, and in which layout.
const magic = 0x62726f6f64706163

// ErrNoBucket says that a file, or a process, has no bucket.
var ErrNoBucket = errors.New("no rate is shared")

// Bucket is a rate that processes share. Its methods may be called from several
// goroutines at once.
type Bucket struct {
	*shared
	file *os.File
	now  func() int64 // ns of a clock that all processes have
}

// File is what another process can [Open] the bucket from, when it inherits it.
func (b *Bucket) File() *os.File { return b.file }

// Rate is the rate in bytes a second, 0 for none.
func (b *Bucket) Rate() int64 {
	switch rate := b.rate.Load(); {
	case rate <= 0:
		return 0
	default:
		return max(rate, MinRate)
	}
}

// SetRate changes the rate, in bytes a second, for all processes and at once: 0, or
// less, for none, else MinRate at the least. It returns the one before.
func (b *Bucket) SetRate(rate int64) (before int64) {
	before = b.Rate()
	b.rate.Store(rate)
	b.due.Store(b.now())
	// Last: whoever sees it sees the other two.
	b.generation.Add(1)
	return before
}

// Take waits for a turn and returns how many bytes, want at the most, may be moved
// now: whole pages, unless it is all of want. Without a rate that is want, at once.
// As long as it waits it looks for a new rate, and calls waiting, about once in every,
// but within a tenth of a second and a whole one; a shorter wait is not worth a call.
// The more takers there are, the longer every should be. The error is ctx's.
func (b *Bucket) Take(ctx context.Context, want int64, every time.Duration, waiting func()) (int64, error) {
	nap := min(max(every, leastNap), mostNap)
	for {
		generation := b.generation.Load() // before the rate that is to be of it
		rate := b.Rate()
		if rate == 0 || want <= 0 {
			return want, nil
		}
		n := min(want, turnOf(rate))
		until, booked := b.book(n, rate)
		valid, err := b.wait(ctx, until, generation, nap, waiting)
		if err != nil {
			return 0, err
		}
		if booked && valid {
			return n, nil
		}
	}
}

// turnOf is how many bytes one turn has at most.
func turnOf(rate int64) int64 {
	n := rate / int64(time.Second/turn) / page * page
	return min(max(n, page), max(largestTurn, page))
}

// cost is the time, in ns, that the n bytes of a turn take at the rate, rounded up.
func cost(n, rate int64) int64 {
	ns := n * int64(time.Second) // below 2^63, as a turn has few bytes
	if ns%rate == 0 {
		return ns / rate
	}
	return ns/rate + 1
}

// book takes the next turn, of n bytes, if it is not beyond the horizon, and says
// when it begins; else when to ask again.
func (b *Bucket) book(n, rate int64) (until int64, booked bool) {
	for {
		now, seen := b.now(), b.due.Load()
		due := max(seen, now)
		switch last := now + int64(horizon); {
		case due > last+cost(page, MinRate):
			due = now // no taker leaves such a time
		case due > last:
			return now + due - last, false
		}
		if b.due.CompareAndSwap(seen, due+cost(n, rate)) {
			return due - int64(slack), true
		}
	}
}

// wait sleeps until then, and tells whether the bucket's generation still is the same.
func (b *Bucket) wait(ctx context.Context, until int64, generation uint64, nap time.Duration, waiting func()) (valid bool, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if b.generation.Load() != generation {
			return false, nil
		}
		left := time.Duration(until - b.now())
		if left <= 0 {
			return true, nil
		}
		if err := sleep(ctx, min(left, nap)); err != nil {
			return false, err
		}
		if left > nap && waiting != nil {
			waiting()
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
