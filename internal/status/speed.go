package status

import (
	"math"
	"time"
)

// speed is a rate that is smoothed: what was moved long ago counts less and less. It
// goes by the time of events, so that a record has the same rates as the run.
//
// It is the exponentially weighted mean, divided by the weights that there are so
// far: a run of three seconds has the mean of these three.
type speed struct {
	last   time.Time // when mean was brought up to date
	since  int64     // bytes moved after that
	mean   float64   // bytes a second, times weight
	weight float64
}

const (
	// smoothing is the age at which what was moved counts 1/e of what is moved now.
	smoothing = 8 * time.Second

	// sample is how much time is looked at together: shorter than the interval of progress there would be jumps.
	sample = 500 * time.Millisecond
)

func (s *speed) start(now time.Time) { *s = speed{last: now} }

func (s *speed) add(bytes int64, now time.Time) {
	s.since += bytes
	if now.Sub(s.last) >= sample {
		*s = s.at(now)
	}
}

// at is the speed brought up to that time, at which nothing was moved but what was added.
func (s speed) at(now time.Time) speed {
	took := now.Sub(s.last)
	if took <= 0 {
		return s
	}
	share := 1 - math.Exp(-took.Seconds()/smoothing.Seconds())
	s.mean += share * (float64(s.since)/took.Seconds() - s.mean)
	s.weight += share * (1 - s.weight)
	s.last, s.since = now, 0
	return s
}

// rate is in bytes a second.
func (s speed) rate(now time.Time) float64 {
	if now.Sub(s.last) >= 2*sample || s.weight == 0 {
		s = s.at(now)
	}
	if s.weight == 0 {
		return 0
	}
	return s.mean / s.weight
}
