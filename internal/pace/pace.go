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
// taker that woke up late catch up. A new rate makes all bookings void.
//
// # The line
//
// A booking is lost when its taker is killed, so takers book only as far ahead as the
// horizon. A taker that comes when the horizon is full stands in line, and sleeps until
// another taker calls it. A taker calls the next one when its own turn begins:
//
//	comes ──▶ due is near? ──yes──▶ books ──▶ sleeps until its turn ──▶ calls the next, moves bytes
//	             │ no                 ▲
//	             ▼                    │
//	          stands in line ──called─┘
//
// So each turn wakes one taker, however many wait. A newcomer may book up to half the
// horizon ahead, a called taker all of it, so a newcomer cannot overtake the line. A
// called taker gets a longer turn, because a turn costs it two naps; it waits for that
// turn as long as for the same bytes in short turns.
//
// On Linux the line is the kernel's queue on a futex: first come, first called. A taker
// that is killed in line leaves the queue. A taker that is killed with a booking does not
// call the next one; the others then call two, until the horizon is full again. If every
// taker with a booking is killed, nobody calls the line: each taker in it then wakes by
// itself, some time after it should have been called. Other systems have no such queue,
// and takers in line look once a second.
//
// A new rate wakes every sleeping taker.
//
// A process that shares the memory can write anything into it, or be killed at any
// instruction. So each value is bounded before use: none can hold a taker with a booking
// for longer than the horizon and a turn at [MinRate], nor one in line for longer than
// [patience].
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

	// longTurn is that of a taker that was called from the line.
	longTurn = 250 * time.Millisecond

	// largestTurn, in bytes: more at once gains nothing.
	largestTurn = 1 << 20

	// ahead is how far ahead those who come book turns, or two turns where that is more.
	// The horizon is twice as far.
	ahead = time.Second

	// longWait is the shortest wait that a taker reports.
	longWait = 100 * time.Millisecond

	// patience is how long a taker in line sleeps at the most without being called.
	patience = time.Hour
)

// page is a system's page in bytes, 4 KiB or a larger power of two.
var page = int64(os.Getpagesize())

// shared is what all processes see. Each word is moved by atomic operations alone.
type shared struct {
	magic      atomic.Uint64
	rate       atomic.Int64  // bytes a second, 0 for none
	due        atomic.Int64  // when the next bytes are, ns
	generation atomic.Uint32 // grows with each new rate; those with a booking sleep on it
	passed     atomic.Uint32 // grows with each turn that begins; those in line sleep on it

	// The takers that ever came to the line, and that left it. A taker killed in line never
	// leaves: lost counts these, as of the last time that the line was empty.
	came, left, lost atomic.Uint32
}

// magic is "broodpc2": the owner of the memory and its layout.
const magic = 0x62726f6f64706332

// ErrNoBucket says that a file, or a process, has no bucket.
var ErrNoBucket = errors.New("no rate is shared")

// Bucket is a rate that processes share. Its methods may be called from several
// goroutines at once.
type Bucket struct {
	*shared
	memory []byte
	file   *os.File
	now    func() int64 // ns of a clock that all processes have
	naps   naps
}

// all is how many are woken when it is all of them.
const all = 1<<31 - 1

// naps is how takers sleep, and wake each other.
type naps interface {
	// sleep returns when the word is another than seen, when it is woken, or after d, or
	// now and then; the error is ctx's. It tells whether it was woken, or may have been.
	sleep(ctx context.Context, word *atomic.Uint32, seen uint32, d time.Duration) (woken bool, err error)

	// wake wakes the first n sleepers on the word, and returns how many it woke.
	wake(word *atomic.Uint32, n int) int
}

// largest bounds the memory that is mapped, in bytes: anybody may have made it.
const largest = 64 << 20

// Beside is the memory beside the bucket, shared by the same processes. This package does not use it.
func (b *Bucket) Beside() []byte { return b.memory[page:] }

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
	b.passed.Add(1)
	b.naps.wake(&b.generation, all)
	b.naps.wake(&b.passed, all)
	return before
}

// Take waits for a turn and returns how many bytes, want at the most, may be moved
// now: whole pages, unless it is all of want. Without a rate that is want, at once.
// Before it waits for longer than a moment it calls waiting, once. The error is ctx's.
func (b *Bucket) Take(ctx context.Context, want int64, waiting func()) (int64, error) {
	tell := func() {
		if waiting != nil {
			waiting()
			waiting = nil
		}
	}
	for called := false; ; {
		generation, passed := b.generation.Load(), b.passed.Load() // before the values that belong to them
		rate := b.Rate()
		if rate == 0 || want <= 0 {
			return want, nil
		}
		n, until, booked := b.book(want, rate, called)
		if !booked {
			tell()
			var err error
			if called, err = b.stand(ctx, passed, rate); err != nil {
				return 0, err
			}
			continue
		}
		if until-b.now() > int64(longWait) {
			tell()
		}
		valid, err := b.wait(ctx, until, generation)
		if err != nil {
			return 0, err
		}
		if valid {
			b.call(rate)
			return n, nil
		}
		called = false
	}
}

// turnOf is how many bytes one turn of d has at most.
func turnOf(rate int64, d time.Duration) int64 {
	n := rate / int64(time.Second/d) / page * page
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

// horizon is how far ahead turns are booked at that rate, in ns: by one who comes, or who was called.
func horizon(rate int64, called bool) int64 {
	near := max(int64(ahead), 2*cost(turnOf(rate, turn), rate))
	if called {
		return 2 * near
	}
	return near
}

// book takes the next turn, unless it is beyond the horizon, and says how many of the
// wanted bytes it has and when they may be moved.
func (b *Bucket) book(want, rate int64, called bool) (n, until int64, booked bool) {
	short := turnOf(rate, turn)
	if n = min(want, short); called {
		n = min(want, turnOf(rate, longTurn))
	}
	for {
		now, seen := b.now(), b.due.Load()
		due := max(seen, now)
		switch {
		case due > now+horizon(MinRate, true)+cost(page, MinRate):
			due = now // no taker leaves such a time
		case due > now+horizon(rate, called):
			return 0, 0, false
		}
		end := due + cost(n, rate)
		if b.due.CompareAndSwap(seen, end) {
			return n, end - cost(min(n, short), rate) - int64(slack), true
		}
	}
}

// wait sleeps until then, and tells whether the bucket's generation still is the same.
func (b *Bucket) wait(ctx context.Context, until int64, generation uint32) (valid bool, err error) {
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
		if _, err := b.naps.sleep(ctx, &b.generation, generation, left); err != nil {
			return false, err
		}
	}
}

// stand sleeps in line until it is called, or should have been, and tells which.
func (b *Bucket) stand(ctx context.Context, passed uint32, rate int64) (called bool, err error) {
	before := int64(int32(b.came.Add(1) - 1 - b.left.Load() - b.lost.Load()))
	defer b.left.Add(1)
	// Each of those before has one turn. The rest is for what goes wrong: killed takers, a busy machine.
	longest := 2 * (horizon(rate, true) + min(max(before, 0), 1<<20)*cost(turnOf(rate, longTurn), rate))
	return b.naps.sleep(ctx, &b.passed, passed, min(time.Duration(longest), patience))
}

// call wakes the next in line as a turn begins: two, while there is much room before the horizon.
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
