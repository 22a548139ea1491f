package status

import (
	"math"
	"time"
)

// speed is a smoothed rate: the older a movement of bytes, the less it counts. It uses the times of the events, so a
// record has the same rates as the live run.
//
// It is the exponentially weighted mean, divided by the sum of the weights so far. So after three seconds it is the
// mean of these three seconds.
type speed struct {
	last   time.Time // of the last update of mean
	since  int64     // bytes moved since then
	mean   float64   // bytes a second, times weight
	weight float64
}

const (
	// smoothing is the age at which a moved byte counts 1/e of a byte that moves now.
	smoothing = 8 * time.Second

	// sample is the shortest time between updates. If it were shorter than the interval of progress, the rate would
	// jump.
	sample = 500 * time.Millisecond
)

func (s *speed) start(now time.Time) { *s = speed{last: now} }

func (s *speed) add(bytes int64, now time.Time) {
	s.since += bytes
	if now.Sub(s.last) >= sample {
		*s = s.at(now)
	}
}

// at returns the speed at a later time, when nothing has moved since the last add.
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

// rate returns the rate in bytes a second.
func (s speed) rate(now time.Time) float64 {
	if now.Sub(s.last) >= 2*sample || s.weight == 0 {
		s = s.at(now)
	}
	if s.weight == 0 {
		return 0
	}
	return s.mean / s.weight
}
