package schedule_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

const mebibyte = 1 << 20

// device returns the bytes that it moves for this number of children in this second of the run.
type device func(children float64, second int) float64

var (
	// oneDisk is fastest with two children; with more it seeks instead of writing.
	oneDisk device = func(n float64, _ int) float64 { return mebibyte * min(100+10*n, 240/n) }
	// share answers late: 16 children keep it busy, and more children slow each other down.
	share device = func(n float64, _ int) float64 { return mebibyte * min(10*n, 176-n) }
	// full moves the same for any number of children.
	full device = func(float64, int) float64 { return 200 * mebibyte }
)

// then returns a device that becomes another one at this second.
func (d device) then(at int, other device) device {
	return func(n float64, second int) float64 {
		if second < at {
			return d(n, second)
		}
		return other(n, second)
	}
}

// noisy returns a device whose rate varies by this part, up and down, from second to second.
func (d device) noisy(by float64, seed uint64) device {
	return func(n float64, second int) float64 {
		r := rand.New(rand.NewPCG(seed, uint64(second)))
		return d(n, second) * (1 + by*(2*r.Float64()-1))
	}
}

// engine returns an engine whose children copy files of about this size, with progress five times a second.
func (d device) engine(size float64) *engine {
	const every = 200 * time.Millisecond
	e := &engine{}
	e.tell = func(c *child, emit event.Sink) {
		defer e.running.Add(-1)
		size := size * (0.5 + rand.New(rand.NewPCG(uint64(c.try), 1)).Float64())
		for done := 0.0; done < size; {
			time.Sleep(every)
			n := float64(e.running.Load())
			done = min(size, done+d(n, int(time.Since(start).Seconds()))/n*every.Seconds())
			emit(event.Event{Kind: event.Progress, File: c.name, Bytes: int64(done)})
		}
		emit(event.Event{Kind: event.Copied, File: c.name, Bytes: int64(size)})
		ends(emit, false)
	}
	return e
}

// search is the result of a run with a search.
type search struct {
	took    time.Duration
	settled int
	changes []string
	most    int32 // children at once
}

func searched(b *batches, e *engine, opts schedule.Options) search {
	s := search{settled: opts.Slots}
	opts.Cancel = func() {}
	stream := event.NewStream(func(ev event.Event) {
		if ev.Kind != event.Adjusted {
			return
		}
		s.changes = append(s.changes, fmt.Sprintf("%v trying %v: %d: %s", time.Since(start), ev.Trying, ev.Slots, ev.Reason))
		if !ev.Trying {
			s.settled = ev.Slots
		}
	})
	schedule.Run(b, e, opts, stream.Emit)
	s.took, s.most = time.Since(start), e.most
	return s
}

// The search ends near the best number from any start, and then rests. The run takes little
// longer than one with the best fixed number.
func TestTuning(t *testing.T) {
	for _, row := range []struct {
		name   string
		device device
		first  int
		best   int // the best fixed number at the end of the run
		files  int
		size   float64
	}{
		{"one disk, from 2", oneDisk, 2, 2, 1000, 64 * mebibyte},
		{"one disk, from 8", oneDisk, 8, 2, 1000, 64 * mebibyte},
		{"a share, from 2", share, 2, 16, 1500, 64 * mebibyte},
		{"a share, from 1", share, 1, 16, 1500, 64 * mebibyte},
		{"a share, from 64", share, 64, 16, 1500, 64 * mebibyte},
		{"a share, large files", share, 2, 16, 150, 640 * mebibyte},
		{"any number is as good", full, 2, 2, 1000, 64 * mebibyte},
		{"a disk and then a share", oneDisk.then(150, share), 2, 16, 1500, 64 * mebibyte},
		{"a share and then a disk", share.then(150, oneDisk), 2, 2, 1000, 64 * mebibyte},
	} {
		for noise, seeds := range map[float64]uint64{0: 1, 0.3: 2} {
			t.Run(fmt.Sprint(row.name, ", noise ", noise), func(t *testing.T) {
				t.Parallel()
				for seed := range seeds {
					d := row.device.noisy(noise, seed)
					run := func(opts schedule.Options) (s search) {
						synctest.Test(t, func(*testing.T) {
							s = searched(newBatches(row.files), d.engine(row.size), opts)
						})
						return s
					}
					s := run(schedule.Options{Slots: row.first, Most: 64})
					fixed := run(schedule.Options{Slots: row.best})
					rate := func(children int) float64 { return row.device(float64(children), math.MaxInt) }
					if part := rate(s.settled) / rate(row.best); part < 0.9-noise/2 {
						t.Errorf("settled on %d, with %.0f %% of the rate of %d: %q",
							s.settled, 100*part, row.best, s.changes)
					}
					const learning = time.Minute
					if s.took > fixed.took*115/100+learning {
						t.Errorf("took %v, and %v with %d: %q", s.took, fixed.took, row.best, s.changes)
					}
					if few := 20 + 4*s.took.Minutes(); float64(len(s.changes)) > few {
						t.Errorf("%d changes in %v: %q", len(s.changes), s.took, s.changes)
					}
				}
			})
		}
	}
}

// With small files, the number of files counts, not their bytes.
func TestTuningOfSmallFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		e.tell = func(c *child, emit event.Sink) {
			time.Sleep(20 * time.Millisecond)
			emit(event.Event{Kind: event.Copied, File: c.name, Bytes: 4096})
			ends(emit, false)
		}
		s := searched(newBatches(50000), e, schedule.Options{Slots: 2, Most: 16})
		if s.settled != 16 || len(s.changes) < 2 {
			t.Fatalf("settled on %d: %q", s.settled, s.changes)
		}
		why := s.changes[1]
		if !strings.Contains(why, " files/s with 4, ") || !strings.HasSuffix(why, " files/s with 2") {
			t.Errorf("the second change is %q", why)
		}
	})
}

// Of commands, the search counts how many end well in a second. For short commands that wait, it finds more slots. If
// they compute, or take long, it stays near the number where it began.
func TestTuningOfCommands(t *testing.T) {
	const s = time.Second
	for name, row := range map[string]struct {
		life        time.Duration // on the average
		cpus        float64       // that they share; 0: they wait for something else
		least, most int           // slots at the end
		atOnce      int32         // commands at once at most
	}{
		"short, they wait": {s, 0, 32, 64, 64},
		"short, two CPUs":  {s, 2, 2, 4, 8},
		"long, they wait":  {100 * s, 0, 2, 4, 8},
		"long, two CPUs":   {100 * s, 2, 2, 4, 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stops := make(chan schedule.Stop, 1)
				go func() {
					time.Sleep(15 * time.Minute)
					stops <- schedule.Drain
				}()
				r := rand.New(rand.NewPCG(1, 1))
				e := &engine{}
				e.make = func(c *child) { c.work = time.Duration(r.ExpFloat64() * float64(row.life)) }
				e.tell = func(c *child, emit event.Sink) {
					defer e.running.Add(-1)
					if row.cpus == 0 {
						time.Sleep(c.work)
					}
					for step := row.life / 10; row.cpus > 0 && c.work > 0; {
						time.Sleep(step)
						c.work -= time.Duration(float64(step) * min(1, row.cpus/float64(e.running.Load())))
					}
					emit(event.Event{Kind: event.Exited, File: c.name})
					emit(event.Event{Kind: event.Ran, File: c.name})
				}
				s := searched(newBatches(64*15*60), e, schedule.Options{Slots: 2, Most: 64, Output: true, Stop: stops})
				if s.settled < row.least || s.settled > row.most || s.most > row.atOnce {
					t.Errorf("settled on %d, want %d to %d; %d at once, want %d at most: %q",
						s.settled, row.least, row.most, s.most, row.atOnce, s.changes)
				}
				if len(s.changes) > 0 && !strings.HasSuffix(s.changes[0], " commands/s with 2") {
					t.Errorf("the first change is %q", s.changes[0])
				}
			})
		})
	}
}

// The search changes nothing while fewer children run than it wants.
func TestTuningWithoutEnoughToDo(t *testing.T) {
	for _, name := range []string{"no batches", "the machine is busy"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := full.engine(600 * mebibyte)
				e.live = func(*child) { time.Sleep(7 * time.Millisecond) } // so that no child ends exactly at a beat
				b, opts := newBatches(500), schedule.Options{Slots: 4, Most: 64}
				if name == "no batches" {
					b.ready = oneEvery(4*time.Second, b.ready)
				} else {
					opts.Room = func() (int, string) { return 2 - int(e.running.Load()), "load" }
				}
				if s := searched(b, e, opts); s.settled != 4 || len(s.changes) > 0 || len(b.done) != 500 {
					t.Errorf("settled on %d, %d batches of 500 done: %q", s.settled, len(b.done), s.changes)
				}
			})
		})
	}
}

// oneEvery slows the batches down to one in each d.
func oneEvery(d time.Duration, all chan plan.Batch) chan plan.Batch {
	slow := make(chan plan.Batch)
	go func() {
		defer close(slow)
		for batch := range all {
			slow <- batch
			time.Sleep(d)
		}
	}()
	return slow
}

// The search does not settle on a number that the system has no room for.
func TestTuningBelowTheSystemsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := share.engine(64 * mebibyte)
		e.start = func(plan.Batch) error {
			if e.running.Load() >= 6 {
				return errNoRoom
			}
			return nil
		}
		b := newBatches(1000)
		s := searched(b, e, schedule.Options{Slots: 2, Most: 64})
		if s.settled < 4 || s.settled > 6 || s.most != 6 || len(b.done) != 1000 {
			t.Errorf("settled on %d, %d at once, %d of 1000 done: %q", s.settled, s.most, len(b.done), s.changes)
		}
	})
}
