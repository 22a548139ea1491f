package schedule

import (
	"fmt"
	"math"
)

// moved is the work of all children in one beat.
type moved struct {
	bytes, files, news float64 // news: events that added bytes or files
	seconds            float64
}

// perFile is the cost of a file besides its bytes, in bytes. It stands for the child's start
// and its system calls: some milliseconds on a disk.
const perFile = 1 << 20

// rate returns the work in a second, in bytes: each file counts as perFile more.
func (m moved) rate() float64 { return (m.bytes + perFile*m.files) / m.seconds }

// rates holds the beats measured with one number of children.
type rates []moved

func (r *rates) add(m moved) {
	*r = append(*r, m)
	r.last(beatsKept)
}

// last drops all but the last n beats.
func (r *rates) last(n int) { *r = (*r)[max(len(*r)-n, 0):] }

func (r rates) mean() (mean float64) {
	for _, m := range r {
		mean += m.rate() / float64(len(r))
	}
	return mean
}

// doubt returns the standard error of the mean.
func (r rates) doubt() float64 {
	mean, squares, n := r.mean(), 0.0, float64(len(r))
	for _, m := range r {
		squares += (m.rate() - mean) * (m.rate() - mean)
	}
	return math.Sqrt(squares / (n - 1) / n)
}

// usable reports whether these beats suffice for a rate: at least the given number of them,
// with enough events for that number of children.
func (r rates) usable(beats, children int) bool {
	news := 0.0
	for _, m := range r {
		news += m.news
	}
	return len(r) >= beats && news >= float64(newsMin*children)
}

// exact reports whether more beats would not make the rate much more certain.
func (r rates) exact(children int) bool {
	return r.usable(beatsMin, children) && (r.doubt() <= r.mean()*(gain-1)/2 || len(r) >= beatsMax)
}

// with returns the rate in words: in MiB/s, or for small files, and for commands, in what/s.
func (r rates) with(children int, what string) string {
	var all moved
	for _, m := range r {
		all.bytes, all.files, all.seconds = all.bytes+m.bytes, all.files+m.files, all.seconds+m.seconds
	}
	if all.bytes < perFile*all.files {
		return fmt.Sprintf("%.3g %s/s with %d", all.files/all.seconds, what, children)
	}
	return fmt.Sprintf("%.3g MiB/s with %d", all.bytes/all.seconds/(1<<20), children)
}
