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

// TestDrainSubmitsTheRest checks that the plan goes on after a first Ctrl-C: otherwise nobody would copy the rest.
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
		t.Fatal("the dispatcher takes no more batches")
	}
	if !d.over() || !d.left || !d.planned.Whole {
		t.Errorf("over %v, left %v, %+v", d.over(), d.left, d.planned)
	}
}

// TestKillIsWaitedFor checks that Kill after Terminate returns once scancel has the signal KILL.
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
	outcome, err := d.loop(context.Background(), stops)
	must(t, err)
	called, _ := os.ReadFile(d.in("called"))
	kills, calls := strings.Count(string(called), "--signal=KILL"), strings.Count(string(called), "\n")
	if !outcome.Left || !outcome.Stopped || kills != 1 || calls != 4 {
		t.Errorf("%+v; the calls of scancel:\n%s", outcome, called)
	}
}

// TestRefusedWhenStopped checks that the run ends after sbatch was under way during a cancellation, and then refused
// the array.
func TestRefusedWhenStopped(t *testing.T) {
	standIns(t, map[string]string{"scancel": ""})
	d := drive(t, newFolder(t, Request{Daemon: true}), 2)
	a := array{Tasks: []int{0, 1}} // sbatch was called
	must(t, d.stop(context.Background(), schedule.Terminate))
	must(t, d.answer())
	refused := &CommandError{"sbatch", "Resource temporarily unavailable", errors.New("exit status 1")}
	must(t, d.sent(context.Background(), a, "", refused))
	if !d.over() {
		t.Errorf("the run waits for batches %v, which nobody submits", d.waiting)
	}
}

// TestStoppedElsewhere checks that a stop by another process ends the submissions.
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

// TestNoGoroutineIsLeft checks that the goroutine of a command ends, even if the loop ends before the command.
func TestNoGoroutineIsLeft(t *testing.T) {
	d := drive(t, newFolder(t, Request{}), 1)
	began, goOn := d.in("began"), d.in("go")
	script := "touch " + Quoted(began) + "; while ! [ -e " + Quoted(goOn) + " ]; do sleep 0.01; done"
	standIns(t, map[string]string{"squeue": script})
	d.submitted("7", 0)
	d.askAfter = time.Millisecond
	stops := make(chan schedule.Stop, 1)
	over := make(chan error)
	go func() {
		_, err := d.loop(context.Background(), stops)
		over <- err
	}()
	until(t, "squeue runs", func() bool { _, err := os.Stat(began); return err == nil })
	stops <- schedule.Kill
	must(t, <-over)
	must(t, os.WriteFile(goOn, nil, 0o644))
	until(t, "the goroutine of squeue ends", func() bool { return !runs("slurm.(*dispatcher).do.") })
}
