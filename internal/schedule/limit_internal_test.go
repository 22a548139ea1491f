package schedule

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The estimate differs from the exact median by 2 % at most, for all kinds of times.
func TestMedian(t *testing.T) {
	wants := func(t *testing.T, times []float64) {
		t.Helper()
		var r runTimes
		for _, s := range times {
			r.add(s)
		}
		sorted := slices.Sorted(slices.Values(times))
		want := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
		if got := r.median(); math.Abs(got-want) > 0.02*want {
			t.Errorf("the median of %d times is %v s, want %v", len(times), got, want)
		}
	}
	for name, times := range map[string][]float64{
		"one":                     {3},
		"two that differ":         {1, 100},
		"an odd number":           {600, 1, 2},
		"an even number":          {1, 2, 4, 600},
		"all the same":            {7, 7, 7, 7},
		"the shortest":            {runTimesFirst},
		"a year":                  {365 * 24 * 3600},
		"the start of a bucket":   {runTimesFirst * math.Pow(runTimesStep, 300)},
		"close below that":        {runTimesFirst * math.Pow(runTimesStep, 300) * (1 - 1e-12)},
		"the end of the last one": {runTimesFirst * math.Pow(runTimesStep, runTimesBuckets) * (1 - 1e-9)},
	} {
		t.Run(name, func(t *testing.T) { wants(t, times) })
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		for name, next := range map[string]func() float64{
			"a second, more or less": func() float64 { return 0.8 + 0.4*r.Float64() },
			"from 1 ms to a year":    func() float64 { return 0.001 * math.Exp(24*r.Float64()) },
			"exponential":            func() float64 { return 0.001 + 60*r.ExpFloat64() },
			"two kinds":              func() float64 { return 0.1 + 3600*float64(r.IntN(2)) },
		} {
			times := make([]float64, 1+r.IntN(2000))
			for i := range times {
				times[i] = next()
			}
			if wants(t, times); t.Failed() {
				t.Fatalf("seed %d, %s", seed, name)
			}
		}
	}
}

// Times that no bucket is for count in the first and the last one.
func TestMedianOfOddTimes(t *testing.T) {
	for _, row := range []struct{ seconds, least, most float64 }{
		{0, 0, 0.002}, {-1, 0, 0.002}, {1e-9, 0, 0.002}, {1e18, 1e7, math.MaxFloat64},
		{math.Inf(1), 1e7, math.MaxFloat64},
	} {
		var r runTimes
		r.add(row.seconds)
		if got := r.median(); got < row.least || got > row.most {
			t.Errorf("the median of %v s is %v s, want %v to %v", row.seconds, got, row.least, row.most)
		}
	}
}

func TestRounded(t *testing.T) {
	for seconds, want := range map[float64]time.Duration{
		0: 0, 0.0123: 12 * time.Millisecond, 3.2345: 3200 * time.Millisecond, 3600.04: time.Hour,
		1e300: 1e9 * time.Second,
	} {
		if got := rounded(seconds); got != want {
			t.Errorf("%v s is %v, want %v", seconds, got, want)
		}
	}
}
