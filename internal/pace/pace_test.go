//go:build unix

package pace

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// newFaked returns a bucket that uses the clock of the synctest bubble.
func newFaked(t *testing.T, rate int64) *Bucket {
	t.Helper()
	b, err := New(rate, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	began := time.Now()
	b.now = func() int64 { return int64(time.Hour + time.Since(began)) }
	b.naps = &queue{}
	return b
}

// most returns the most bytes that a bucket lets through in the time d after it was idle.
func most(rate int64, d time.Duration) int64 {
	return int64(float64(rate)*(d+slack).Seconds()) + turnOf(rate, turn) + 1
}

// passed counts the bytes that a bucket lets through.
type passed struct {
	t     *testing.T
	rate  int64
	began time.Time
	bytes atomic.Int64
}

func (p *passed) count(n int64) {
	if total, d := p.bytes.Add(n), time.Since(p.began); total > most(p.rate, d) {
		p.t.Errorf("%d bytes in %v, more than %d", total, d, most(p.rate, d))
	}
}

// Takers with random wishes and work never get more than the rate together. They get all of
// it when they want it, and each gets its share.
func TestRate(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 0))
		rate := int64(math.Exp(random.Float64()*math.Log(1<<32/MinRate)) * MinRate)
		takers := 1 + random.IntN(40)
		t.Run(fmt.Sprintf("seed %d: %d at %d", seed, takers, rate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, total := newFaked(t, rate), passed{t: t, rate: rate, began: time.Now()}
				// Time for each taker to have many turns. At the least rate a turn takes a second.
				d := time.Duration(max(1e9, 50*cost(turnOf(rate, turn), rate)*int64(takers)))
				ctx, cancel := context.WithTimeout(t.Context(), d)
				defer cancel()
				shares := make([]int64, takers)
				var all sync.WaitGroup
				for i := range shares {
					random := rand.New(rand.NewPCG(seed, uint64(i)))
					all.Go(func() { shares[i] = takeAll(ctx, t, b, random, total.count) })
				}
				all.Wait()
				want := float64(rate) * d.Seconds()
				if got := float64(total.bytes.Load()); got < 0.8*want {
					t.Errorf("%.0f bytes in %v, want %.0f", got, d, want)
				}
				for i, got := range shares {
					if share := want / float64(takers); float64(got) < 0.5*share {
						t.Errorf("taker %d got %d of its share of %.0f bytes", i, got, share)
					}
				}
			})
		})
	}
}

// takeAll takes blocks until ctx ends, and sometimes less, like the end of a file. It works
// for a moment on each turn's bytes.
func takeAll(ctx context.Context, t *testing.T, b *Bucket, random *rand.Rand, got func(int64)) (sum int64) {
	for {
		want := int64(largestTurn)
		if random.IntN(20) == 0 {
			want = 1 + random.Int64N(want)
		}
		n, err := b.Take(ctx, want, nil)
		if err != nil {
			return sum
		}
		if n <= 0 || n > want || n != want && n%page != 0 {
			t.Errorf("%d of %d bytes", n, want)
		}
		got(n)
		sum += n
		time.Sleep(time.Duration(random.Int64N(cost(n, b.Rate()))) / 2)
	}
}

// No booking is lost when many takers book at once.
func TestBookings(t *testing.T) {
	b, err := New(1<<30, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	const takers, turns = 8, 20000
	b.now = func() int64 { return 1 }
	var all sync.WaitGroup
	for range takers {
		all.Go(func() {
			for range turns {
				if _, _, booked := b.book(1, 1<<30, false); !booked {
					t.Error("beyond the horizon")
				}
			}
		})
	}
	all.Wait()
	if got, want := b.due.Load(), 1+takers*turns*cost(1, 1<<30); got != want {
		t.Errorf("due at %d, want %d", got, want)
	}
}

// After a long pause a taker gets no more than one burst.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate = 10 << 20
		b := newFaked(t, rate)
		for range 3 {
			time.Sleep(time.Hour)
			total := passed{t: t, rate: rate, began: time.Now()}
			for time.Since(total.began) < time.Second {
				n, err := b.Take(t.Context(), largestTurn, nil)
				if err != nil {
					t.Fatal(err)
				}
				total.count(n)
			}
		}
	})
}

func TestNoRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, began := newFaked(t, 0), time.Now()
		for _, want := range []int64{1, 1 << 40, 0, -1} {
			if n, err := b.Take(t.Context(), want, nil); n != want || err != nil {
				t.Errorf("%d, %v, want %d", n, err, want)
			}
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("Take took %v without a rate", d)
		}
	})
}

// No value that another process writes into the memory delays a taker for long.
func TestDamaged(t *testing.T) {
	horizon := time.Duration(horizon(MinRate, true))
	longest := 3*horizon + 3*time.Second
	values := []int64{math.MinInt64, -1, 0, 1, MinRate - 1, MinRate, 1 << 50, math.MaxInt64 - 1, math.MaxInt64}
	times := []time.Duration{
		math.MinInt64, -1, 0, time.Hour,
		time.Hour + horizon - 1, time.Hour + horizon, time.Hour + horizon + 1, time.Hour + horizon + time.Second,
		2 * time.Hour, math.MaxInt64 - time.Second, math.MaxInt64,
	}
	for _, rate := range values {
		for _, due := range times {
			synctest.Test(t, func(t *testing.T) {
				b, began := newFaked(t, MinRate), time.Now()
				b.rate.Store(rate)
				b.due.Store(int64(due))
				n, err := b.Take(t.Context(), largestTurn, nil)
				if d := time.Since(began); n <= 0 || err != nil || d > longest {
					t.Errorf("rate %d, due %d: %d bytes, %v, after %v", rate, due, n, err, d)
				}
			})
		}
	}
}

// A new rate wakes all waiting takers at once.
func TestSetRate(t *testing.T) {
	for _, rate := range []int64{0, -1, MinRate, 1 << 20} {
		synctest.Test(t, func(t *testing.T) {
			b := newFaked(t, MinRate)
			var others sync.WaitGroup
			defer others.Wait()
			for range 20 { // takers before us: the first with bookings, the last in line
				others.Go(func() { _, _ = b.Take(t.Context(), page, nil) })
			}
			synctest.Wait()
			go func() {
				time.Sleep(time.Second + time.Millisecond)
				if before := b.SetRate(rate); before != MinRate {
					t.Errorf("the rate before was %d", before)
				}
			}()
			began := time.Now()
			n, err := b.Take(t.Context(), page, nil)
			if d := time.Since(began); n != page || err != nil || rate != MinRate && d > 2*time.Second {
				t.Errorf("%d bytes, %v, after %v", n, err, d)
			}
			if got, want := b.Rate(), max(rate, 0); got != want {
				t.Errorf("rate %d, want %d", got, want)
			}
		})
	}
}

// While the rate changes often, no more bytes pass than each rate allows in its time.
func TestRateChangesOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const top = 1 << 20
		b, total := newFaked(t, top), passed{t: t, rate: top, began: time.Now()}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		// At each change, one turn of each taker and the slack may pass beyond that.
		count := func(n int64) {
			got, d := total.bytes.Add(n), time.Since(total.began)
			perChange := 5*turnOf(top, turn) + int64(slack.Seconds()*top)
			if changes := int64(d / time.Second); got > most(top, d)+changes*perChange {
				t.Errorf("%d bytes in %v", got, d)
			}
		}
		var all sync.WaitGroup
		for i := range uint64(5) {
			all.Go(func() { takeAll(ctx, t, b, rand.New(rand.NewPCG(i, 0)), count) })
		}
		for rate := int64(top); ctx.Err() == nil; rate = top - rate/2 {
			time.Sleep(time.Second)
			b.SetRate(rate)
		}
		all.Wait()
	})
}

// Take calls waiting once for each long wait, and not for a short one.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, calls := newFaked(t, MinRate), 0
		for want := range 3 {
			if _, err := b.Take(t.Context(), page, func() { calls++ }); err != nil {
				t.Error(err)
			}
			if calls != want {
				t.Errorf("%d calls, want %d", calls, want)
			}
		}
	})
}

func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFaked(t, MinRate)
		for range 20 {
			b.book(page, MinRate, true)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		n, err := b.Take(ctx, page, nil)
		if d := time.Since(began); n != 0 || !errors.Is(err, context.DeadlineExceeded) || d != time.Second {
			t.Errorf("%d, %v after %v", n, err, d)
		}
	})
}

func BenchmarkTake(b *testing.B) {
	for name, rate := range map[string]int64{"none": 0, "more than asked for": 1 << 50} {
		b.Run(name, func(b *testing.B) {
			bucket, err := New(rate, 0)
			if err != nil {
				b.Fatal(err)
			}
			defer bucket.Close()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bucket.Take(b.Context(), largestTurn, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
