package cli

import (
	"brood/internal/event"
	"brood/internal/plan"
)

// sayPlan emits what the plan's jobs would copy, in place of starting them.
func sayPlan(p *plan.Plan, emit event.Sink) {
	for job := range p.Batches() {
		if !job.Folders {
			e := event.Event{Kind: event.Planned, File: job.Items[0], Size: job.Bytes}
			if job.Repairs() {
				e.Reason = event.ReasonRepaired
			}
			emit(e)
		}
		p.Done(job)
	}
}
