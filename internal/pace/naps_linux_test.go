package pace

import (
	"context"
	"errors"
	"testing"
	"time"

	"brood/internal/testenv"
)

// A new rate wakes every taker that sleeps in the kernel, with a booking or in line. So does
// the end of its context. If it did not, the last takers would wait for minutes.
func TestWoken(t *testing.T) {
	const takers = 150
	for _, how := range []string{"a new rate", "the end"} {
		t.Run(how, func(t *testing.T) {
			b := newBucket(t, MinRate)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			waiting, done := make(chan bool, takers), make(chan error, takers)
			for range takers {
				go func() {
					_, err := b.Take(ctx, page, func() { waiting <- true })
					done <- err
				}()
			}
			for range takers - 2 { // the first two may have got a turn without a wait
				<-waiting
			}
			began := time.Now()
			want := error(nil)
			if how == "the end" {
				want = context.Canceled
				cancel()
			} else {
				b.SetRate(1 << 40)
			}
			others := 0
			for range takers {
				if err := <-done; !errors.Is(err, want) {
					others++
				}
			}
			if d := time.Since(began); d > time.Minute || others > int(d.Seconds())+5 {
				t.Errorf("%d takers did not end with %v; the last ended after %v", others, want, d)
			}
			b.SetRate(0) // ends the threads that slept for the takers
			if !eventually(func() bool {
				asleep := b.naps.wake(&b.passed, all) + b.naps.wake(&b.generation, all)
				return b.came.Load() == b.left.Load() && asleep == 0
			}) {
				t.Error("a thread still sleeps in the kernel")
			}
		})
	}
}

// Many processes stand in line, and some are killed. The others get the whole rate, and no more.
func TestProcessesInLine(t *testing.T) {
	testenv.Long(t)
	const rate, d, takers = 64 << 10, 15 * time.Second, 40
	for attempt := 1; ; attempt++ {
		b := newBucket(t, rate)
		began := b.now()
		var all []taker
		for range takers {
			all = append(all, startTaker(t, b, began+int64(d)))
		}
		for i := range takers / 4 {
			all[3*i].lines.Scan()
			must(t, all[3*i].cmd.Process.Kill())
		}
		total := int64(0)
		for _, p := range all {
			for _, got := range p.turns(t) {
				total += got.bytes
			}
		}
		if total > most(rate, d) {
			t.Fatalf("%d bytes in %v, want %d at most", total, d, most(rate, d))
		}
		if share := float64(total) / (rate * d.Seconds()); share >= 0.7 {
			return
		} else if attempt == 10 {
			t.Fatalf("%.0f %% of the rate", 100*share)
		}
	}
}
