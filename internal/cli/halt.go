package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"

	"brood/internal/event"
	"brood/internal/schedule"
)

// halt is how many files may fail before the run ends early; the zero value lets all of them.
type halt struct {
	asked   string // as on the command line
	now     bool   // the running children are terminated, not waited for
	files   int    // that have failed
	percent float64
}

// parseHalt reads what GNU parallel's --halt has of the kind: "soon,fail=3", "now,fail=10%", "never".
func parseHalt(s string) (halt, error) {
	h := halt{asked: "--halt " + s}
	if s == "never" {
		return halt{}, nil
	}
	err := fmt.Errorf("halt %q: want never, or now or soon, and how many files may fail: soon,fail=3, now,fail=10%%", s)
	when, why, _ := strings.Cut(s, ",")
	value, ok := strings.CutPrefix(why, "fail=")
	if !ok || when != "now" && when != "soon" {
		return halt{}, err
	}
	h.now = when == "now"
	if number, isPercent := strings.CutSuffix(value, "%"); isPercent {
		p, parseErr := strconv.ParseFloat(number, 64)
		if parseErr != nil || !(p > 0 && p <= 100) {
			return halt{}, err
		}
		h.percent = p
		return h, nil
	}
	n, parseErr := strconv.Atoi(value)
	if parseErr != nil || n < 1 {
		return halt{}, err
	}
	h.files = n
	return h, nil
}

// parseMaxErrors is soon,fail=N; 0 is never.
func parseMaxErrors(n int) (halt, error) {
	switch {
	case n < 0:
		return halt{}, fmt.Errorf("max-errors %d: want 0 (any number) or more", n)
	case n == 0:
		return halt{}, nil
	}
	return halt{asked: fmt.Sprint("--max-errors ", n), files: n}, nil
}

// of is the halt for a run of so many files: a percentage, like parallel's, is of all of them.
func (h halt) of(files int) halt {
	if h.percent > 0 {
		h.files = max(1, int(math.Ceil(float64(files)*h.percent/100)))
	}
	return h
}

// watch is emit, which, when too many files have failed, has the run stop.
func (h halt) watch(emit event.Sink, stops chan<- schedule.Stop) event.Sink {
	if h.files == 0 {
		return emit
	}
	var failed atomic.Int64
	return func(e event.Event) {
		emit(e)
		if e.Kind != event.Failed {
			return
		}
		if n := failed.Add(1); n == int64(h.files) {
			emit(event.Event{Kind: event.Stopping, Reason: fmt.Sprintf("%d failed (%s)", n, h.asked)})
			if h.now {
				stops <- schedule.Terminate
			} else {
				stops <- schedule.Drain
			}
		}
	}
}
