package schedule

import (
	"fmt"
	"math"
)

// moved is what all children did in a beat.
type moved struct {
	bytes, files, news float64 // news are the events by which one of them grew
	seconds            float64
}

// perFile is how many bytes could have been moved in the time that a file takes besides its bytes: of a child, its
// start and its system calls, some milliseconds on a disk.
const perFile = 1 << 20

// rate is what was moved in a second: the bytes, and for each file perFile.
func (m moved) rate() float64 { return (m.bytes + perFile*m.files) / m.seconds }

// rates are those of some beats with one number of children.
type rates []moved

func (r *rates) add(m moved) { *r = append(*r, m) }

func (r *rates) last(n int) { *r = (*r)[max(len(*r)-n, 0):] }

func (r rates) mean() (mean float64) {
	for _, m := range r {
		mean += m.rate() / float64(len(r))
	}
	return mean
}

// doubt is the standard error of the mean.
func (r rates) doubt() float64 {
	mean, squares, n := r.mean(), 0.0, float64(len(r))
	for _, m := range r {
		squares += (m.rate() - mean) * (m.rate() - mean)
	}
	return math.Sqrt(squares / (n - 1) / n)
}

// told tells whether there are so many beats, in which so many children have told enough to take a rate from.
func (r rates) told(beats, children int) bool {
	news := 0.0
	for _, m := range r {
		news += m.news
	}
	return len(r) >= beats && news >= float64(newsMin*children)
}

// exact tells whether the rate is known as well as it is worth.
func (r rates) exact(children int) bool {
	return r.told(beatsMin, children) && (r.doubt() <= r.mean()*(gain-1)/2 || len(r) >= beatsMax)
}

// with is the rate in words: bytes, and where they are small, files.
func (r rates) with(children int) string {
	var all moved
	for _, m := range r {
		all.bytes, all.files, all.seconds = all.bytes+m.bytes, all.files+m.files, all.seconds+m.seconds
	}
	if all.bytes < perFile*all.files {
		return fmt.Sprintf("%.3g files/s with %d", all.files/all.seconds, children)
	}
	return fmt.Sprintf("%.3g MiB/s with %d", all.bytes/all.seconds/(1<<20), children)
}
