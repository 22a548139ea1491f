package slurm

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"brood/internal/plan"
	"brood/internal/schedule"
)

// TestDrainSubmitsTheRest: after a first Ctrl-C the plan goes on to its end, or nothing would come of the rest.
func TestDrainSubmitsTheRest(t *testing.T) {
	d := driveBare(t, newFolder(t, Request{}))
	source := make(chan plan.Batch)
	close(source)
	d.source, d.last = source, &lastList{folder: d.Folder}
	must(t, d.stop(context.Background(), schedule.Drain))
	select {
	case batch, ok := <-d.nextBatch():
		must(t, d.take(batch, ok))
	default:
		t.Fatal("no job is taken any more")
	}
	if !d.over() || !d.left || !d.planned.Whole {
		t.Errorf("over %v, left %v, %+v", d.over(), d.left, d.planned)
	}
}

// TestKillIsWaitedFor: who is asked twice to end the tasks leaves when Slurm was told to kill them.
func TestKillIsWaitedFor(t *testing.T) {
	d := drive(t, newFolder(t, Request{Daemon: true}), 1)
	standIns(t, map[string]string{
		"scancel": `echo "$*" >>` + Quoted(d.in("called")),
		"squeue":  `echo '7|0|RUNNING|0|n1|None|0|'`,
	})
	d.submitted("7", 0)
	stops := make(chan schedule.Stop, 2)
	stops <- schedule.Terminate
	stops <- schedule.Kill
	came, err := d.loop(context.Background(), stops)
	must(t, err)
	called, _ := os.ReadFile(d.in("called"))
	if !came.Left || !came.Stopped || strings.Count(string(called), "--signal=KILL") != 1 || strings.Count(string(called), "\n") != 4 {
		t.Errorf("%+v, when scancel was called with\n%s", came, called)
	}
}

// TestRefusedWhenStopped: an array that was under way when the tasks were cancelled, and that the cluster then
// does not take, is nothing to wait for.
func TestRefusedWhenStopped(t *testing.T) {
	standIns(t, map[string]string{"scancel": ""})
	d := drive(t, newFolder(t, Request{Daemon: true}), 2)
	a := array{Tasks: []int{0, 1}} // sbatch was called
	must(t, d.stop(context.Background(), schedule.Terminate))
	must(t, d.answer())
	must(t, d.sent(context.Background(), a, "", &CommandError{"sbatch", "Resource temporarily unavailable", errors.New("exit status 1")}))
	if !d.over() {
		t.Errorf("waits for %v, which nobody submits", d.waiting)
	}
}

// TestStoppedElsewhere: once somebody has stopped the job no more is submitted of it.
func TestStoppedElsewhere(t *testing.T) {
	d := drive(t, newFolder(t, Request{}), 3)
	standIns(t, map[string]string{"sbatch": "touch " + Quoted(d.in("called")) + "; echo 8"})
	d.submitted("7", 0)
	d.waiting = []int{1, 2}
	d.has(t, "stop", "")
	must(t, d.submit(context.Background()))
	if d.submitting {
		must(t, d.answer())
		t.Error("sbatch was called")
	}
	if d.count[settled] != 2 || len(d.waiting) > 0 {
		t.Errorf("%d batches settled, waiting %v", d.count[settled], d.waiting)
	}
}

// TestNoGoroutineIsLeft: a command that is under way when the run is over has nobody to tell.
func TestNoGoroutineIsLeft(t *testing.T) {
	d := drive(t, newFolder(t, Request{}), 1)
	began, go_ := d.in("began"), d.in("go")
	standIns(t, map[string]string{"squeue": "touch " + Quoted(began) + "; while ! [ -e " + Quoted(go_) + " ]; do sleep 0.01; done"})
	d.submitted("7", 0)
	d.ask = time.Millisecond
	stops := make(chan schedule.Stop, 1)
	over := make(chan error)
	go func() {
		_, err := d.loop(context.Background(), stops)
		over <- err
	}()
	until(t, "squeue is asked", func() bool { _, err := os.Stat(began); return err == nil })
	stops <- schedule.Kill
	must(t, <-over)
	must(t, os.WriteFile(go_, nil, 0o644))
	until(t, "its goroutine ends", func() bool { return !runs("slurm.(*dispatcher).do.") })
}
