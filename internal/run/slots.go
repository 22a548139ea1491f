package run

import (
	"fmt"
	"math"
	"runtime"

	"brood/internal/event"
	"brood/internal/machine"
	"brood/internal/process"
	"brood/internal/view"
)

// autoMost is how many children --jobs auto tries at most, or 4 for each CPU where that is
// more. A slow share or disk array does not get faster beyond that.
const autoMost = 64

// childMemory is the peak of one more child at most, in bytes: 7 to 8 MiB, some of it shared.
const childMemory = 8 << 20

// slots is how many children may run at once.
type slots struct {
	count   int         // where --jobs auto begins its search
	limit   int         // how many the system has room for
	most    int         // where that search ends, 0 without it
	limited event.Event // why count is below Spec.Slots, zero when it is not
}

func newSlots(spec *Spec) (s slots) {
	limit, reason := process.Limit()
	s.limit = limit
	if limit > 2 { // otherwise there is no room for them
		process.ReserveThreads()
	}
	if spec.Auto {
		s.most = min(limit, max(autoMost, 4*runtime.NumCPU()))
	}
	if s.count = limit; spec.Slots > 0 && spec.Slots <= limit {
		s.count = spec.Slots
	} else {
		s.limited = event.Event{Kind: event.Limited, Slots: limit, Asked: spec.Slots, Reason: reason}
	}
	return s
}

// Room is what the machine must have before one more child starts. The zero value asks for nothing.
type Room struct {
	Load      float64 // fewer running and waiting processes than this, 0 for any number
	LoadAsked string  // as on the command line
	Memory    int64   // more available bytes than this, 0 for any number
}

// room returns schedule.Options.Room, nil when the machine need have nothing.
func (r Room) room() func() (more int, why string) {
	if r.Load == 0 && r.Memory == 0 {
		return nil
	}
	return func() (more int, why string) {
		more = math.MaxInt
		// An error, such as too few descriptors, is no reason to wait for ever. That the system can tell was
		// checked when the flags were read.
		if r.Load > 0 {
			if now, err := machine.Load(); err == nil {
				more = int(math.Ceil(min(r.Load, math.MaxInt32))) - now
				why = fmt.Sprintf("load %d, --load %s", now, r.LoadAsked)
			}
		}
		if r.Memory > 0 {
			if now, err := machine.AvailableMemory(); err == nil && int((now-r.Memory)/childMemory) < more {
				more = int((now - r.Memory) / childMemory)
				why = fmt.Sprintf("memory %s available, --mem-free %s", view.Bytes(now), view.Bytes(r.Memory))
			}
		}
		return more, why
	}
}
