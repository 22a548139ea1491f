package cli

import (
	"fmt"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/target"
)

// destTries is how many children try to make a destination, without --retries, when the cause of
// a failure may pass, as when somebody kills them: all of the run is at stake, not one file.
const destTries = 10

// withDest returns the jobs of a plan once there is a destination for them. Where it is missing,
// one child makes it before the first job is handed on; without a job it stays missing. A
// stop that comes first leaves no jobs: the result is nil.
func withDest(p *plan.Plan, tree plan.Tree, opts options, stops <-chan schedule.Stop) (schedule.Source, error) {
	if tree.Folders.Complete() {
		return p, nil
	}
	jobs := begunJobs{p, make(chan plan.Batch, 1)}
	select {
	case job, ok := <-p.Batches():
		if !ok {
			return p, nil
		}
		jobs.first <- job
	case <-stops:
		return nil, nil
	}
	if made, err := makeDest(tree, opts, stops); !made || err != nil {
		return nil, err
	}
	return jobs, tree.OpenDest(opts.plan.Stall)
}

// begunJobs are those of a plan whose first one was taken already.
type begunJobs struct {
	*plan.Plan
	first chan plan.Batch
}

func (b begunJobs) Batches() <-chan plan.Batch {
	if len(b.first) > 0 {
		return b.first
	}
	return b.Plan.Batches()
}

// makeDest has a child make the destination. A stop makes it false.
func makeDest(tree plan.Tree, opts options, stops <-chan schedule.Stop) (made bool, err error) {
	job := target.Kwargs{Source: tree.Source, Dest: tree.Dest, Options: opts.copy, Folders: tree.Files()}
	config := func(plan.Batch, int) process.Config {
		c := job.Make()
		c.Limits = opts.limits // the first child of a process decides whether any can have a control group
		return c
	}
	engine := &schedule.Local{Config: config, Name: "dest", Daemon: opts.daemon}
	for range destTries {
		// It is a run of its own, whose one child may stall, be stopped and be tried again as any other.
		var told making
		stopped := false
		options := scheduling(opts, 1, 0, event.Event{}, stops, func() { stopped = true }, told.take)
		options.Room, options.Full, options.Timeout = nil, nil, 0
		schedule.Run(newOneJob(), engine, options, told.take)
		end, stalled := told.end()
		if stopped || end.Kind == event.Made {
			return !stopped, nil
		}
		err = fmt.Errorf("dest %q: %s", tree.Dest, end.Error)
		if stalled || !end.Transient || opts.retries > 0 {
			break
		}
	}
	return false, err
}

// making keeps the end of a child that makes a destination. An abandoned child may tell more later.
type making struct {
	mu      sync.Mutex
	last    event.Event // Made or Failed
	stalled bool
}

func (m *making) take(e event.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e.Kind {
	case event.Made, event.Failed:
		m.last = e
	case event.Stalled:
		m.stalled = true
	}
}

func (m *making) end() (last event.Event, stalled bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last, m.stalled
}

// oneJob is the making of a destination, which is one folder.
type oneJob struct{ jobs chan plan.Batch }

func newOneJob() oneJob {
	jobs := make(chan plan.Batch, 1)
	jobs <- plan.Batch{Items: []string{"."}}
	close(jobs)
	return oneJob{jobs}
}

func (o oneJob) Batches() <-chan plan.Batch { return o.jobs }
func (oneJob) Done(plan.Batch)              {}

// strayed are warnings about folders whose paths lead elsewhere at the end of a run. After a child was abandoned
// there are none: a look at the path may hang as that child does.
func strayed(tree plan.Tree, shown *progress) []string {
	if shown.status.Finished(time.Now()).Abandoned > 0 {
		return nil
	}
	return tree.Strayed(grace)
}
