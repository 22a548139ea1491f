package schedule

import (
	"fmt"
	"math"

	"brood/internal/event"
)

// The constants of a search. A gain is real when it is large, and larger than chance explains
// with rates that vary as much from beat to beat.
const (
	gain   = 1.1 // smallest real gain: the tried rate divided by the best
	sigmas = 3   // smallest real gain in standard errors of the difference
	far    = 0.8 // below this part of the best rate, two beats are enough to give up

	beatsMin  = 5    // fewest beats for a rate
	beatsLost = 2    // fewest beats for a rate that is far too low
	beatsMax  = 12   // most beats, even if they vary much
	newsMin   = 2    // fewest events for each child, in all beats of a rate
	beatsKept = 1000 // most beats: what has too few events in these says nothing

	fillMax  = 10  // longest wait until a larger number runs, in beats
	emptyMax = 120 // longest wait until a smaller number runs, in beats: no child is ended for it

	restFirst = 60  // beats between two searches
	restMost  = 960 // most beats: each search without a gain doubles the rest
	restMin   = 20  // fewest beats, when the rate has changed
)

// steps are the numbers to try, in order, as multiples of the best one. After the rate has
// fallen, stepsDown puts the smaller numbers first: a medium that is overloaded gets no more
// children, and a wrong guess ends none.
var (
	steps     = []float64{2, 0.5, 1.5, 0.75}
	stepsDown = []float64{0.5, 0.75, 2, 1.5}
)

// tuner searches for the number of children at once that moves the most. A share with a high
// latency needs many more than there are CPUs (TestAutoFindsMore of cmd/brood), and a user
// cannot know how many. Of commands it counts how many end well, since nobody knows how much they do.
//
// It climbs from the best number to a clearly better one. Before each try it measures the best
// number again, since the speed of a medium changes:
//
//	    ┌──────────────────── a real gain: it is the best ◀─┐
//	    ▼                                                   │
//	measure the best ─(known)─▶ try 2×, ½×, 1½×, ¾× of it ──┤
//	  ▲ ▲    │                                              │
//	  │ └────┼─ no gain, or the number never ran at once ◀──┘
//	  │      └─(each was tried)─▶ rest ─┐
//	  └─ after a minute, two, four …, ──┘
//	     or when the rate is half or twice what it was
//
// A search tries each number once. A beat counts only if that number ran all the time.
// Fewer children run when the plan has no batches, or the machine or the system no room.
// More run for a while after the number was lowered, since no child is ended for that.
//
// Azure's azcopy also climbs by doubling, and measures again after each step back. It stops
// at the first good number. A run here lasts hours, on media that differ more.
type tuner struct {
	most int    // largest number to try
	what string // is counted: files or commands
	emit event.Sink

	best  int
	now   int
	tried map[int]bool // in this search

	known  rates // of best
	trial  rates // of now, if that is not best
	settle int   // beats to ignore after a change
	unlike int   // beats with a number of children other than now

	before float64   // the rate of best when it was last measured
	steps  []float64 // of this search

	resting, rest int // beats of this rest: until now, and in all
}

func newTuner(o Options, emit event.Sink) *tuner {
	first, what := min(o.Slots, o.Most), "files"
	if o.Output {
		what = "commands"
	}
	return &tuner{
		most: o.Most, what: what, emit: emit, best: first, now: first, tried: map[int]bool{first: true},
		settle: 1, steps: steps, rest: restFirst,
	}
}

// observe takes one beat's work and the average number of children in it.
func (t *tuner) observe(m moved, children float64) {
	switch like := children / float64(t.now); {
	case like < 0.9 || like > 1.1:
		t.unlike++
		if t.now > t.best && t.unlike > fillMax || t.now < t.best && t.unlike > emptyMax {
			t.back(fmt.Sprintf("%d did not run at once", t.now))
		}
		return
	case t.settle > 0:
		t.settle--
		return
	}
	t.unlike = 0
	switch {
	case t.now != t.best:
		t.trial.add(m)
		t.judge()
	case t.resting > 0:
		t.sleep(m)
	default:
		t.known.add(m)
		if t.known.exact(t.best) {
			t.tryNext()
		}
	}
}

// judge decides about the number on trial, as soon as the beats suffice.
func (t *tuner) judge() {
	if !t.trial.usable(beatsLost, t.now) {
		return
	}
	best, now := t.known.mean(), t.trial.mean()
	doubt := sigmas * math.Hypot(t.trial.doubt(), t.known.doubt())
	enough, why := t.trial.usable(beatsMin, t.now), t.trial.with(t.now, t.what)+", "+t.known.with(t.best, t.what)
	switch {
	case enough && now > gain*best && now > best+doubt:
		t.best, t.known, t.trial, t.before, t.rest = t.now, t.trial, nil, now, restFirst
		t.emit(event.Event{Kind: event.Adjusted, Slots: t.best, Reason: why})
		if t.known.exact(t.best) {
			t.tryNext()
		}
	case now < far*best, enough && now+doubt < gain*best, len(t.trial) >= beatsMax:
		t.back(why)
	}
}

// back returns to the best number, which is then measured again.
func (t *tuner) back(why string) {
	t.change(t.best)
	t.known, t.trial = nil, nil
	t.emit(event.Event{Kind: event.Adjusted, Slots: t.best, Reason: why})
}

func (t *tuner) change(to int) { t.now, t.settle, t.unlike = to, 1, 0 }

// tryNext tries the next number. If there is none, the search is over and a rest begins.
func (t *tuner) tryNext() {
	if was := t.before; t.hasChanged() { // what was measured of the other numbers holds no more
		t.tried, t.rest, t.steps = map[int]bool{t.best: true}, restFirst, steps
		if t.known.mean() < was {
			t.steps = stepsDown
		}
	}
	t.before = t.known.mean()
	for _, step := range t.steps {
		if n := min(int(math.Round(float64(t.best)*step)), t.most); n >= 1 && !t.tried[n] {
			t.tried[n] = true
			t.change(n)
			t.emit(event.Event{Kind: event.Adjusted, Slots: n, Trying: true, Reason: t.known.with(t.best, t.what)})
			return
		}
	}
	t.resting = 1
}

// hasChanged reports whether the rate of the best number is below half or above twice its rate before.
func (t *tuner) hasChanged() bool {
	now := t.known.mean()
	return now < t.before/2 || now > t.before*2
}

// sleep takes a beat of rest. After the rest, the last beats are the rate of the best number.
func (t *tuner) sleep(m moved) {
	t.known.add(m)
	t.known.last(beatsMin)
	t.resting++
	changed := t.resting > restMin && t.hasChanged()
	if !changed && t.resting <= t.rest {
		return
	}
	if changed {
		t.known = nil // some of the beats are older than the change
	}
	t.rest, t.resting = min(2*t.rest, restMost), 0
	t.tried, t.steps = map[int]bool{t.best: true}, steps
}
