package schedule

import (
	"fmt"
	"math"

	"brood/internal/event"
)

// The numbers of a search. A gain is real when it is large, and beyond what chance makes of
// rates that differ as much from one beat to the next as these do.
const (
	gain   = 1.1 // times as much as the best number moves
	sigmas = 3   // of the difference of the two means
	far    = 0.8 // times as much is too little, however few the beats

	beatsMin  = 5  // that a rate is taken from,
	beatsLost = 2  // one that is far too low,
	beatsMax  = 12 // and any, however much the beats differ
	newsMin   = 2  // per child, in these

	fillMax  = 10  // beats until a larger number that is tried runs at once,
	emptyMax = 120 // and until a smaller one does, for which no child is ended

	restFirst = 60  // beats until the next search;
	restMost  = 960 // when a search has found nothing better, twice as long, up to so many;
	restMin   = 20  // when the rate has changed, so many
)

// steps are the numbers that are tried, as times of the best, in their order; and in which order when the rate has
// fallen: what has too much to do is not given more, and no child is ended when that was wrong.
var (
	steps     = []float64{2, 0.5, 1.5, 0.75}
	stepsDown = []float64{0.5, 0.75, 2, 1.5}
)

// tuner looks for the number of children at once that moves the most. It climbs from the best number known so far
// to one that moves clearly more, and always measures the best anew before it tries another, since what a medium gives changes:
//
//	    ┌──────────────────── a real gain: it is the best ◀─┐
//	    ▼                                                   │
//	measure the best ─(known)─▶ try 2×, ½×, 1½×, ¾× of it ──┤
//	  ▲ ▲    │                                              │
//	  │ └────┼─ no gain, or so many never ran at once ◀─────┘
//	  │      └─(each was tried)─▶ rest ─┐
//	  └─ after a minute, two, four …, ──┘
//	     or when the rate is half or twice what it was
//
// Each number is tried once in a search. Only beats count in which that number ran all the time. Fewer run when the plan has
// no batches, or the machine or the system no room; more, for a while, when a number was lowered, as no child is ended for it.
//
// Azure's azcopy climbs by doubling, too, and measures anew after each step back; but it stops at the first number
// that is good, and ours is a matter of hours and of media that differ more.
type tuner struct {
	most int // that may be tried
	say  event.Sink

	best  int
	now   int
	tried map[int]bool // in this search

	known  rates // of best
	trial  rates // of now, when that is another
	settle int   // beats that do not count, as a number has just changed
	unlike int   // beats in which another number than now has run

	before float64   // the rate of best when it was known last
	steps  []float64 // of this search

	resting, rest int // beats: until now, and in all
}

func newTuner(first, most int, say event.Sink) *tuner {
	first = min(first, most)
	return &tuner{most: most, say: say, best: first, now: first, tried: map[int]bool{first: true}, settle: 1, steps: steps, rest: restFirst}
}

// observe takes what was moved in a beat by so many children, on average.
func (t *tuner) observe(m moved, children float64) {
	switch like := children / float64(t.now); {
	case like < 0.9 || like > 1.1:
		if t.unlike++; t.now > t.best && t.unlike > fillMax || t.now < t.best && t.unlike > emptyMax {
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

// judge decides on the number that is tried, as soon as that is possible.
func (t *tuner) judge() {
	if !t.trial.told(beatsLost, t.now) {
		return
	}
	best, now := t.known.mean(), t.trial.mean()
	doubt := sigmas * math.Hypot(t.trial.doubt(), t.known.doubt())
	enough, why := t.trial.told(beatsMin, t.now), t.trial.with(t.now)+", "+t.known.with(t.best)
	switch {
	case enough && now > gain*best && now > best+doubt:
		t.best, t.known, t.trial, t.before, t.rest = t.now, t.trial, nil, now, restFirst
		t.say(event.Event{Kind: event.Adjusted, Jobs: t.best, Reason: why})
		if t.known.exact(t.best) {
			t.tryNext()
		}
	case now < far*best, enough && now+doubt < gain*best, len(t.trial) >= beatsMax:
		t.back(why)
	}
}

// back returns to the best number.
func (t *tuner) back(why string) {
	t.change(t.best)
	t.known, t.trial = nil, nil
	t.say(event.Event{Kind: event.Adjusted, Jobs: t.best, Reason: why})
}

func (t *tuner) change(to int) { t.now, t.settle, t.unlike = to, 1, 0 }

// tryNext tries the next number; when there is none the search is over.
func (t *tuner) tryNext() {
	if was := t.before; t.hasChanged() { // then nothing is known of the other numbers
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
			t.say(event.Event{Kind: event.Adjusted, Jobs: n, Phase: event.Trying, Reason: t.known.with(t.best)})
			return
		}
	}
	t.resting = 1
}

// hasChanged tells whether the best number moves half or twice as much as when that was asked last.
func (t *tuner) hasChanged() bool {
	now := t.known.mean()
	return now < t.before/2 || now > t.before*2
}

// sleep is a beat of rest. The latest ones are what is known of the best number when it is over.
func (t *tuner) sleep(m moved) {
	t.known.add(m)
	t.known.last(beatsMin)
	t.resting++
	changed := t.resting > restMin && t.hasChanged()
	if !changed && t.resting <= t.rest {
		return
	}
	if changed {
		t.known = nil // some are of the time before
	}
	t.rest, t.resting = min(2*t.rest, restMost), 0
	t.tried, t.steps = map[int]bool{t.best: true}, steps
}
