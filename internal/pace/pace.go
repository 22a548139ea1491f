// Package pace keeps several processes together below one rate of bytes per second. They
// share a token bucket in memory.
//
//	parent:  b, err := pace.New(10<<20, 0)                       // 10 MiB/s; the child inherits b.File()
//	child:   b, err := pace.Open(os.NewFile(3, "rate"))
//	         n, err := b.Take(ctx, want, nil)                    // waits; now move n bytes
//	anybody: b, err := pace.Of(pid); before := b.SetRate(1<<20)  // while they run
//
// No process serves the others: a taker takes its turn with one compare-and-swap. So the
// rate holds for any number of processes, and it holds after the process that made the
// bucket is killed. A killed process costs the others only the one turn that it had.
//
// # The algorithm
//
// It is the generic cell rate algorithm (ITU-T I.371), with cells of any size. The state
// of the bucket is one time, due, when the next bytes may be moved:
//
//	now ≤ due     a taker books due … due + n/rate, waits until due - slack, and moves n bytes
//	due < now     nobody has moved bytes lately: due is now, then as above
//
//	──────────┬───────────┬───── A's ─────┬── B's ──┬─────▶ time (CLOCK_MONOTONIC)
//	   due - slack    due, as A came   as B came    as it is now
//
// Takers get turns in the order of asking. A taker asks for its next turn when it
// has moved the bytes of the last one, so each taker gets its share. In any time T from the
// start, the bucket lets through at most rate·(T+slack) bytes and one turn. Thanks to slack
// a taker that wakes up late can catch up. A new rate makes all bookings void.
//
// # The line
//
// A booking is lost when its taker is killed, so takers book only as far ahead as the
// horizon. A taker that comes when the horizon is full stands in line. It sleeps until
// another taker calls it. A taker calls the next one when its own turn begins:
//
//	comes ──▶ due is near? ──yes──▶ books ──▶ sleeps until its turn ──▶ calls the next, moves bytes
//	             │ no                 ▲
//	             ▼                    │
//	          stands in line ──called─┘
//
// So each turn wakes one taker, even if thousands wait. A newcomer may book up to half the
// horizon ahead, a called taker all of it, so a newcomer cannot overtake the line. A
// called taker gets a longer turn, because a turn costs it two naps. It waits for that
// turn as long as for the same bytes in short turns.
//
// On Linux the line is the kernel's queue on a futex: first come, first called. A taker
// that is killed in line leaves the queue. A taker that is killed with a booking does not
// call the next one. The others then call two, until the horizon is full again. If every
// taker with a booking is killed, nobody calls the line: each taker in it then wakes by
// itself, some time after it should have been called. Other systems have no such queue,
// and takers in line try again once a second.
//
// A new rate wakes every sleeping taker.
//
// A process that shares the memory can write anything into it, or be killed at any
// instruction. So the code bounds each value before use. No value can hold a taker with a
// booking for longer than the horizon and a turn at [MinRate], or a taker in line for
// longer than [patience].
package pace

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"
)

// MinRate is the least rate, in bytes a second. A turn is at least one page, and should
// not take minutes.
const MinRate = 4 << 10

const (
	// slack and turn together bound a burst: at most the bytes of a tenth of a second
	// pass at once.
	slack = 75 * time.Millisecond
	turn  = 25 * time.Millisecond

	// longTurn is the length of a turn for a taker that was called from the line.
	longTurn = 250 * time.Millisecond

	// largestTurn is the most bytes in a turn. Larger turns gain nothing.
	largestTurn = 1 << 20

	// ahead is the time ahead that a newcomer may book, or two turns if they take longer.
	// The horizon is twice as far.
	ahead = time.Second

	// longWait is the shortest wait that a taker reports.
	longWait = 100 * time.Millisecond
)

// page is the size of the system's pages in bytes: 4 KiB or a larger power of two.
var page = int64(os.Getpagesize())

// shared is the memory that all processes see. Only atomic operations access it.
type shared struct {
	magic      atomic.Uint64
	rate       atomic.Int64  // bytes a second, 0 for no limit
	due        atomic.Int64  // time of the next bytes, in ns
	generation atomic.Uint32 // grows with each new rate; takers with a booking sleep on it
	passed     atomic.Uint32 // grows with each turn that begins; takers in line sleep on it

	// Numbers of takers that ever came to the line, and that left it. A taker killed in line
	// never leaves: lost counts these, as of the last time that the line was empty.
	came, left, lost atomic.Uint32
}

// magic is "broodpc2". It identifies the memory and its layout.
const magic = 0x62726f6f64706332

// ErrNoBucket is the error for a file that is no bucket, or a process that shares none.
var ErrNoBucket = errors.New("no rate is shared")

// Bucket is a rate that processes share. Several goroutines may call its methods at once.
type Bucket struct {
	*shared
	memory []byte
	file   *os.File
	now    func() int64 // time in ns, by a clock that all processes share
	naps   naps
}

// largest is the most memory that Open maps, in bytes. Another user may have made the file.
const largest = 64 << 20

// Beside returns the memory beside the bucket, shared by the same processes. This package does not use it.
func (b *Bucket) Beside() []byte { return b.memory[page:] }

// File returns the file of the bucket. A process that inherits it can [Open] the bucket.
func (b *Bucket) File() *os.File { return b.file }

// Rate returns the rate in bytes a second, or 0 for no limit.
func (b *Bucket) Rate() int64 {
	switch rate := b.rate.Load(); {
	case rate <= 0:
		return 0
	default:
		return max(rate, MinRate)
	}
}

// SetRate changes the rate for all processes at once, and returns the rate before. The rate
// is in bytes a second. 0 or less means no limit; a smaller rate than MinRate means MinRate.
func (b *Bucket) SetRate(rate int64) (before int64) {
	before = b.Rate()
	b.rate.Store(rate)
	b.due.Store(b.now())
	// Last: a taker that sees the new generation also sees the new rate and due.
	b.generation.Add(1)
	b.passed.Add(1)
	b.naps.wake(&b.generation, all)
	b.naps.wake(&b.passed, all)
	return before
}

// Take waits for a turn, and returns the number of bytes that the caller may move now. It is
// at most want: all of want, or whole pages. Without a limit Take returns want at once.
// Before a wait of more than a moment Take calls waiting, once, unless it is nil. The error
// is ctx's.
func (b *Bucket) Take(ctx context.Context, want int64, waiting func()) (int64, error) {
	tell := func() {
		if waiting != nil {
			waiting()
			waiting = nil
		}
	}
	for called := false; ; {
		generation, passed := b.generation.Load(), b.passed.Load() // load these before rate and due
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

// turnOf returns the most bytes that one turn of length d may have.
func turnOf(rate int64, d time.Duration) int64 {
	n := rate / int64(time.Second/d) / page * page
	return min(max(n, page), max(largestTurn, page))
}

// cost returns the time that n bytes of a turn take at the rate, in ns, rounded up.
func cost(n, rate int64) int64 {
	ns := n * int64(time.Second) // below 2^63, as a turn has few bytes
	if ns%rate == 0 {
		return ns / rate
	}
	return ns/rate + 1
}

// horizon returns the time ahead that a taker may book at the rate, in ns. A taker that was
// called from the line may book twice as far as a newcomer.
func horizon(rate int64, called bool) int64 {
	near := max(int64(ahead), 2*cost(turnOf(rate, turn), rate))
	if called {
		return 2 * near
	}
	return near
}

// book takes the next turn, unless it is beyond the horizon. It returns the number of bytes
// in the turn and the time from which they may be moved.
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
			due = now // no taker books that far ahead: the memory is damaged
		case due > now+horizon(rate, called):
			return 0, 0, false
		}
		end := due + cost(n, rate)
		if b.due.CompareAndSwap(seen, end) {
			return n, end - cost(min(n, short), rate) - int64(slack), true
		}
	}
}

// wait sleeps until the time until. valid is false if the bucket's generation changes first.
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
