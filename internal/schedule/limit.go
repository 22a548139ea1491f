package schedule

import (
	"fmt"
	"math"
	"time"
)

// limit is the longest time for one item: 0 for none, or for none yet. why is the reason to end a child after it.
type limit struct {
	time time.Duration
	why  string
}

const (
	timesLeast = 3           // fewest run times that have a median
	limitLeast = time.Second // shorter differences are often those of the machine
)

// limit returns Options.Timeout, or the limit that follows from Options.Percent and the run times until now.
func (s *scheduler) limit() limit {
	if s.opts.Percent == 0 {
		return limit{s.opts.Timeout, fmt.Sprint("not done after ", s.opts.Timeout)}
	}
	if s.times.n < timesLeast {
		return limit{}
	}
	median := s.times.median()
	longest := max(rounded(median*s.opts.Percent/100), limitLeast)
	return limit{longest, fmt.Sprintf("not done after %v (more than %g%% of the median, %v)",
		longest, s.opts.Percent, rounded(median))}
}

// rounded returns seconds as a duration for people. It is no more than 30 years, so that it always is one.
func rounded(seconds float64) time.Duration {
	d := time.Duration(min(seconds, 1e9) * float64(time.Second))
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}

// runTimes estimates the median of any number of run times in 7 KiB.
//
// It counts the times in buckets, and each bucket ends 3 % above its start. So the middle of a bucket differs from each
// time in it by 1.5 % at most.
type runTimes struct {
	counts [runTimesBuckets]int
	n      int
}

const (
	runTimesFirst   = 0.001 // start of the first bucket in seconds; shorter times count there
	runTimesStep    = 1.03  // end of a bucket / its start
	runTimesBuckets = 820   // the last one ends after 389 days; longer times count there
)

func (r *runTimes) add(seconds float64) {
	bucket := math.Log(max(seconds/runTimesFirst, 1)) / math.Log(runTimesStep)
	r.counts[int(min(bucket, runTimesBuckets-1))]++
	r.n++
}

// median returns the median in seconds. Of an even number of times that is the mean of the two in the middle.
func (r *runTimes) median() float64 { return (r.at((r.n-1)/2) + r.at(r.n/2)) / 2 }

// at returns the time with that index in the order of the times.
func (r *runTimes) at(index int) float64 {
	for i, n := range r.counts {
		if index -= n; index < 0 {
			return runTimesFirst * math.Pow(runTimesStep, float64(i)+0.5)
		}
	}
	return 0
}
