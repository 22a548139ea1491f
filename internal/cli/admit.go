package cli

import (
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"

	"brood/internal/event"
	"brood/internal/process"
	"brood/internal/view"
)

// autoMost is how many children --jobs auto tries at the most, where 4 for each CPU are fewer: from there on what holds a
// share or an array back is not that it is asked for too little.
const autoMost = 64

// childMemory is what one more child takes at the most: its peak, 7 to 8 MiB, some of which it shares with the others.
const childMemory = 8 << 20

// parseJobs reads how many children run at once: N, 0 for all, or auto.
func parseJobs(s string) (jobs int, auto bool, err error) {
	if s == "auto" {
		return runtime.NumCPU(), true, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, false, fmt.Errorf("jobs %q: want a number of children, 0 (all at once) or auto", s)
	}
	return n, false, nil
}

// slotsFor is how many children run at once when so many are asked for (0: all), and, where the system has no room
// for these, the event that says so. For auto it is where the search begins, and most where that ends; else most is 0.
func slotsFor(asked int, auto bool) (slots, most int, limited event.Event) {
	limit, reason := process.Limit()
	if limit > 2 { // else there is no room to spare
		process.ReserveThreads()
	}
	if auto {
		most = min(limit, max(autoMost, 4*runtime.NumCPU()))
	}
	if asked > 0 && asked <= limit {
		return asked, most, event.Event{}
	}
	return limit, most, event.Event{Kind: event.Limited, Jobs: limit, Asked: asked, Reason: reason}
}

// admission is what the machine must have for one more child; the zero value is nothing.
type admission struct {
	load      float64 // that it has less of
	loadAsked string  // as on the command line
	memory    int64   // bytes that are available
}

// parseLoad reads --load as GNU parallel does: a number of processes, or so many percent of the CPUs.
func parseLoad(s string) (float64, error) {
	number, percent := strings.CutSuffix(s, "%")
	n, err := strconv.ParseFloat(number, 64)
	if percent {
		n *= float64(runtime.NumCPU()) / 100
	}
	if err != nil || !(n > 0) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("load %q: want a number of processes above 0, or percent of the CPUs, as 100%%", s)
	}
	return n, nil
}

// parseAdmission reads --load and --mem-free; "" is not given. It is an error where the system does not tell.
func parseAdmission(load, memory string) (a admission, err error) {
	if load != "" {
		if a.load, err = parseLoad(load); err != nil {
			return a, err
		}
		a.loadAsked = load
		if _, err = process.Load(); err != nil {
			return a, fmt.Errorf("load: %w", err)
		}
	}
	if memory != "" {
		if a.memory, err = parseSize(memory); err != nil {
			return a, fmt.Errorf("mem-free %w", err)
		}
		if _, err = process.AvailableMemory(); err != nil {
			return a, fmt.Errorf("mem-free: %w", err)
		}
	}
	return a, nil
}

// room is schedule.Options.Room; nil where the machine need have nothing.
func (a admission) room() func() (more int, why string) {
	if a.load == 0 && a.memory == 0 {
		return nil
	}
	return func() (more int, why string) {
		more = math.MaxInt
		if a.load > 0 {
			// An error, as for lack of descriptors, is no reason to wait for ever: it was told when the run began.
			if now, err := process.Load(); err == nil {
				more, why = int(math.Ceil(min(a.load, math.MaxInt32)))-now, fmt.Sprintf("load %d, --load %s", now, a.loadAsked)
			}
		}
		if a.memory > 0 {
			if now, err := process.AvailableMemory(); err == nil {
				if n := int((now - a.memory) / childMemory); n < more {
					more, why = n, fmt.Sprintf("memory %s available, --mem-free %s", view.Bytes(now), view.Bytes(a.memory))
				}
			}
		}
		return more, why
	}
}
