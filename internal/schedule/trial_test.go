package schedule_test

import (
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/machine"
	"brood/internal/schedule"
)

// A child without progress is ended on time if it could have made some. It is never ended
// while it waits for its turn at the rate, or for a CPU.
func TestTrial(t *testing.T) {
	const life, stall = 10 * time.Minute, 10 * time.Second
	share := func(d time.Duration, percent float64) time.Duration {
		return time.Duration(float64(d) * percent / 100)
	}
	for name, row := range map[string]struct {
		waits    bool
		turns    func(age time.Duration) machine.Turns
		from, to time.Duration // age at which the child is ended; 0: not at all
	}{
		"it sleeps in a system call": {false, func(time.Duration) machine.Turns {
			return machine.Turns{Alive: true}
		}, stall, stall + 2*time.Second},
		"it is stopped": {false, func(time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Held: true}
		}, stall, stall + 2*time.Second},
		"it spins, beside others": {false, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Ran: share(age, 10), Waited: share(age, 90), Runnable: true}
		}, stall, stall + 2*time.Second},
		"it spins, on a busy machine": {false, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Ran: share(age, 0.5), Waited: share(age, 99.5), Runnable: true}
		}, 50 * time.Second, time.Minute}, // by then it had a quarter of a second
		"it is starved": {false, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Ran: share(age, 0.01), Runnable: true}
		}, 0, 0},
		"it is starved, and has a moment": {false, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Ran: share(age, 0.01), Waited: share(age, 60)}
		}, 0, 0},
		"it is starved, then sleeps": {false, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Waited: min(age, time.Minute), Runnable: age < time.Minute}
		}, time.Minute, time.Minute + stall + 2*time.Second},
		"it is starved, then stopped": {false, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Runnable: age < time.Minute, Held: age >= time.Minute}
		}, time.Minute + stall, time.Minute + stall*3/2 + 2*time.Second},
		"it has ended, and nobody tells": {false, func(time.Duration) machine.Turns {
			return machine.Turns{}
		}, stall * 3 / 2, stall*3/2 + 2*time.Second},
		"it waits": {true, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Ran: share(age, 0.1)}
		}, 0, 0},
		"it waits, and is starved": {true, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Runnable: true}
		}, 0, 0},
		"it waits, then is stopped": {true, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Held: age > time.Minute-time.Second}
		}, time.Minute + stall - time.Second, time.Minute + stall*3/2 + 2*time.Second},
		"it waits, and is stopped for a moment": {true, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Held: age%time.Minute > 58*time.Second}
		}, 0, 0},
		"it says that it waits, and spins": {true, func(age time.Duration) machine.Turns {
			return machine.Turns{Alive: true, Ran: age, Runnable: true}
		}, stall, stall + 2*time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				board := gauge.NewBoard(make([]byte, gauge.Room(1)))
				var given time.Duration
				e := &engine{
					make: func(c *child) {
						began := time.Now()
						c.turns = func() machine.Turns { return row.turns(time.Since(began)) }
						if c.gauge = board.Take(); row.waits {
							c.gauge.Set(gauge.State{Phase: gauge.Waiting})
						}
					},
					tell: func(c *child, emit event.Sink) {
						began := time.Now()
						select {
						case <-c.signals:
							given = time.Since(began)
						case <-time.After(life):
						}
						ends(emit, given > 0, c.items...)
					},
				}
				history(newBatches(1), e, schedule.Options{Slots: 1, Grace: time.Hour, Stall: stall})
				if given < row.from || given > row.to {
					t.Errorf("ended after %v, want between %v and %v", given, row.from, row.to)
				}
			})
		})
	}
}

// A sign in shared memory is progress, as an event is.
func TestSignsAreProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := gauge.NewBoard(make([]byte, gauge.Room(1)))
		e := &engine{
			make: func(c *child) { c.gauge = board.Take() },
			tell: func(c *child, emit event.Sink) {
				for i := range 100 {
					c.gauge.Set(gauge.State{Done: int64(i), Phase: gauge.Copying})
					time.Sleep(9 * time.Second)
				}
				ends(emit, false)
			},
		}
		history(newBatches(1), e, schedule.Options{Slots: 1, Grace: time.Hour, Stall: 10 * time.Second})
		if heard := e.children[0].heard; len(heard) > 0 {
			t.Errorf("the child heard %q, want nothing", heard)
		}
	})
}

// A command that writes nothing is ended on time, even if it computes. Time in which it waits for a CPU does not count.
func TestSilentCommand(t *testing.T) {
	const life, stall = 10 * time.Minute, 10 * time.Second
	turns := func(ran, waited float64, runnable bool) func(time.Duration) machine.Turns {
		return func(age time.Duration) machine.Turns {
			part := func(of float64) time.Duration { return time.Duration(of * float64(age)) }
			return machine.Turns{Alive: true, Ran: part(ran), Waited: part(waited), Runnable: runnable}
		}
	}
	for name, row := range map[string]struct {
		turns    func(age time.Duration) machine.Turns
		from, to time.Duration // age at which the command is ended; 0: not at all
	}{
		"it sleeps":                      {turns(0, 0, false), stall, stall + 2*time.Second},
		"it computes":                    {turns(1, 0, true), stall, stall + 2*time.Second},
		"it has several CPUs":            {turns(4, 4, true), stall, stall + 2*time.Second},
		"it has most of a CPU":           {turns(0.6, 0.4, true), stall, stall + 2*time.Second},
		"it has a tenth of a CPU":        {turns(0.1, 0.9, true), 25 * time.Second, 35 * time.Second},
		"it is starved":                  {turns(0.0001, 0.9999, true), 0, 0},
		"its processes come and go":      {turns(-0.1, 0, false), stall, stall + 2*time.Second},
		"they come and go and are ready": {turns(-0.1, 0, true), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var given time.Duration
				e := &engine{
					make: func(c *child) {
						began := time.Now()
						c.turns = func() machine.Turns { return row.turns(time.Since(began)) }
					},
					tell: func(c *child, emit event.Sink) {
						began := time.Now()
						select {
						case <-c.signals:
							given = time.Since(began)
						case <-time.After(life):
						}
						ends(emit, given > 0, c.items...)
					},
				}
				seen := history(newBatches(1), e,
					schedule.Options{Slots: 1, Grace: time.Hour, Stall: stall, Output: true})
				if given < row.from || given > row.to {
					t.Errorf("ended after %v, want between %v and %v", given, row.from, row.to)
				}
				if want := "failed f0: stalled: no output for 10s"; given > 0 && seen[len(seen)-1] != want {
					t.Errorf("events %q, want %q at the end", seen, want)
				}
			})
		})
	}
}
