package slurm

import (
	"context"
	"testing"

	"brood/internal/plan"
	"brood/internal/schedule"
)

// TestDrainSubmitsTheRest: after a first Ctrl-C the plan goes on to its end, or nothing would come of the rest.
func TestDrainSubmitsTheRest(t *testing.T) {
	d := driveBare(t, newFolder(t, Request{}))
	jobs := make(chan plan.Job)
	close(jobs)
	d.jobs, d.last = jobs, &lastList{folder: d.Folder}
	must(t, d.stop(context.Background(), schedule.Drain))
	select {
	case job, ok := <-d.nextJob():
		must(t, d.take(job, ok))
	default:
		t.Fatal("no job is taken any more")
	}
	if !d.over() || !d.left || !d.planned.Whole {
		t.Errorf("over %v, left %v, %+v", d.over(), d.left, d.planned)
	}
}
