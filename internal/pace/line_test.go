//go:build unix

package pace

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// queue implements naps with the clock of a synctest bubble: first come, first woken, as on Linux.
type queue struct {
	mu     sync.Mutex
	asleep []*sleeper
	woken  int
}

type sleeper struct {
	word *atomic.Uint32
	wake chan struct{}
}

func (q *queue) sleep(ctx context.Context, word *atomic.Uint32, seen uint32, d time.Duration) (woken bool, err error) {
	me := &sleeper{word, make(chan struct{})}
	q.mu.Lock()
	if word.Load() != seen {
		q.mu.Unlock()
		return false, nil
	}
	q.asleep = append(q.asleep, me)
	q.mu.Unlock()
	defer q.leave(me)
	select {
	case <-me.wake:
		return true, nil
	case <-time.After(d):
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (q *queue) leave(s *sleeper) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.woken++
	q.asleep = slices.DeleteFunc(q.asleep, func(other *sleeper) bool { return other == s })
}

func (q *queue) wake(word *atomic.Uint32, n int) (woken int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asleep = slices.DeleteFunc(q.asleep, func(s *sleeper) bool {
		if s.word != word || woken == n {
			return false
		}
		woken++
		close(s.wake)
		return true
	})
	return woken
}

// Most of these takers are beyond the horizon. Together they get the rate, no more and no
// less. Each turn wakes one of them. All get the same number of turns, whether they want
// many bytes or few.
func TestLine(t *testing.T) {
	for _, rate := range []int64{MinRate, 64 << 10} {
		synctest.Test(t, func(t *testing.T) {
			const takers, minutes = 300, 60
			b, total := newFaked(t, rate), passed{t: t, rate: rate, began: time.Now()}
			ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute)
			defer cancel()
			var all sync.WaitGroup
			turns, told := make([]int, takers), make([]bool, takers)
			for i := range takers {
				want := int64(largestTurn)
				if i%2 == 0 {
					want = page // like a small file
				}
				all.Go(func() {
					for {
						n, err := b.Take(ctx, want, func() { told[i] = true })
						if err != nil {
							return
						}
						total.count(n)
						turns[i]++
					}
				})
			}
			all.Wait()
			if got, want := total.bytes.Load(), minutes*60*rate; got < want*95/100 {
				t.Errorf("%d bytes, want %d", got, want)
			}
			sum := 0
			for _, n := range turns {
				sum += n
			}
			for i, n := range turns {
				if share := sum / takers; n < share*9/10-1 || n > share*11/10+1 {
					t.Errorf("taker %d had %d turns of %d", i, n, sum)
				}
				if !told[i] {
					t.Errorf("Take did not call waiting for taker %d", i)
				}
			}
			// One nap in line and one for the turn. A called taker may find that another was faster.
			if woken := b.naps.(*queue).woken; woken > sum*9/4+2*takers {
				t.Errorf("%d naps for %d turns", woken, sum)
			}
		})
	}
}

// A killed taker costs the others at most its turn. That holds even if all takers with a
// booking are killed, or most of the line.
func TestKilledInLine(t *testing.T) {
	for name, killed := range map[string]func(i int) bool{
		"those with a booking": func(i int) bool { return i < 10 },
		"those in line":        func(i int) bool { return i >= 10 && i < 95 },
		"the first and most":   func(i int) bool { return i < 95 },
	} {
		synctest.Test(t, func(t *testing.T) {
			const takers = 100
			b := newFaked(t, MinRate)
			var all sync.WaitGroup
			var last atomic.Int64
			began := time.Now()
			for i := range takers {
				ctx, kill := context.WithCancel(t.Context())
				defer kill()
				if killed(i) {
					time.AfterFunc(time.Second+time.Millisecond, kill)
				}
				all.Go(func() {
					if _, err := b.Take(ctx, page, nil); err == nil {
						last.Store(int64(time.Since(began)))
					}
				})
				synctest.Wait() // so the takers ask in this order
			}
			all.Wait()
			survivors := 0
			for i := range takers {
				if !killed(i) {
					survivors++
				}
			}
			// A taker killed in line costs nothing, and one killed with a booking costs its turn.
			// If nobody calls the line, its first survivor wakes after twice the time to a call.
			most := time.Duration(survivors+2*takers)*time.Second + time.Minute
			if d := time.Duration(last.Load()); d > most {
				t.Errorf("%s: the last turn was after %v, want %v", name, d, most)
			}
		})
	}
}
