package schedule_test

import (
	"testing"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/machine"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// BenchmarkRun measures the scheduler's own cost of one batch: two slots, and children that
// take no time.
func BenchmarkRun(b *testing.B) {
	given, copied := 0, 0
	batches := &feed{batches: make(chan plan.Batch)}
	stream := event.NewStream(func(e event.Event) {
		if e.Kind == event.Copied {
			copied++
		}
	})
	over := make(chan struct{})
	go func() {
		defer close(over)
		schedule.Run(batches, instant{}, schedule.Options{Slots: 2}, stream.Emit)
	}()
	batch := plan.Batch{Items: []string{"f"}, Bytes: 4096}
	b.ReportAllocs()
	for b.Loop() {
		batches.batches <- batch
		given++
	}
	close(batches.batches)
	<-over
	if batches.done != given || copied != given {
		b.Errorf("of %d batches, %d are done and %d copied", given, batches.done, copied)
	}
}

// feed is a source of single batches.
type feed struct {
	batches chan plan.Batch
	done    int
}

func (f *feed) Batches() <-chan plan.Batch { return f.batches }
func (f *feed) Done(plan.Batch)            { f.done++ }

// instant starts children that copy their file and end at once. As with Local, their events
// come from another goroutine.
type instant struct{}

func (instant) Start(batch plan.Batch, emit event.Sink, over func()) (schedule.Child, error) {
	emit(event.Event{Kind: event.Started, File: batch.Items[0]})
	go func() {
		emit(event.Event{Kind: event.Copied, File: batch.Items[0], Bytes: batch.Bytes})
		emit(event.Event{Kind: event.Exited, File: batch.Items[0]})
		over()
	}()
	return instant{}, nil
}

func (instant) NoRoom() bool             { return false }
func (instant) Stillborn() bool          { return false }
func (instant) Gauge() *gauge.Gauge      { return nil }
func (instant) Signs() uint64            { return 0 }
func (instant) HasEnded() bool           { return false }
func (instant) Look(bool) bool           { return false }
func (instant) Turns(bool) machine.Turns { return machine.Turns{Alive: true} }
func (instant) Sleep() machine.Sleep     { return machine.Sleep{} }
func (instant) Terminate()               {}
func (instant) Kill()                    {}
func (instant) Abandon()                 {}
