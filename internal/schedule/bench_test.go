package schedule_test

import (
	"testing"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
)

// BenchmarkRun is one job from the plan to its end, with two slots and children that
// take no time: what the scheduler itself costs a child.
func BenchmarkRun(b *testing.B) {
	given, copied := 0, 0
	jobs := &feed{jobs: make(chan plan.Job)}
	stream := event.NewStream(func(e event.Event) {
		if e.Kind == event.Copied {
			copied++
		}
	})
	over := make(chan struct{})
	go func() {
		defer close(over)
		schedule.Run(jobs, instant{}, schedule.Options{Slots: 2}, stream.Emit)
	}()
	job := plan.Job{Names: []string{"f"}, Bytes: 4096}
	b.ReportAllocs()
	for b.Loop() {
		jobs.jobs <- job
		given++
	}
	close(jobs.jobs)
	<-over
	if jobs.done != given || copied != given {
		b.Errorf("of %d jobs %d were done and %d copied", given, jobs.done, copied)
	}
}

// feed is a plan that hands over its jobs one by one.
type feed struct {
	jobs chan plan.Job
	done int
}

func (f *feed) Jobs() <-chan plan.Job { return f.jobs }
func (f *feed) Done(plan.Job)         { f.done++ }

// instant starts children that have copied their file and ended at once; as those of
// Local they tell so from a goroutine.
type instant struct{}

func (instant) Start(job plan.Job, emit event.Sink, over func()) (schedule.Child, error) {
	emit(event.Event{Kind: event.Started, File: job.Names[0]})
	go func() {
		emit(event.Event{Kind: event.Copied, File: job.Names[0], Bytes: job.Bytes})
		emit(event.Event{Kind: event.Exited, File: job.Names[0]})
		over()
	}()
	return instant{}, nil
}

func (instant) NoRoom() bool             { return false }
func (instant) Gauge() *gauge.Gauge      { return nil }
func (instant) Look(bool) bool           { return false }
func (instant) Turns(bool) process.Turns { return process.Turns{} }
func (instant) Sleep() process.Sleep     { return process.Sleep{} }
func (instant) Terminate()               {}
func (instant) Kill()                    {}
func (instant) Abandon()                 {}
