package slurm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// Follow continues a run that [Folder.Run] left, or whose submitter died. It emits the events of the run from the
// start, and returns after the last one.
func (f *Folder) Follow(
	ctx context.Context, stops <-chan schedule.Stop, opts Options, emit event.Sink,
) (Outcome, error) {
	d := newDispatcher(f, opts, emit)
	if err := d.restore(); err != nil {
		return Outcome{}, fmt.Errorf("job folder %q: %w", f.Path, err)
	}
	if len(d.arrays) > 0 {
		d.mark()
	}
	return d.loop(ctx, stops)
}

// restore reads the state of the run from the job folder.
func (d *dispatcher) restore() error {
	arrays, err := d.readArrays()
	if err != nil {
		return err
	}
	if err := d.Folder.read("plan.json", &d.planned); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	batches := d.planned.Batches
	if batches == 0 { // the planning was cut short
		if batches, err = d.countLists(); err != nil {
			return err
		}
	}
	for range batches {
		d.addState(0, 0)
	}
	for _, a := range arrays {
		if !a.isWithin(batches) {
			return fmt.Errorf("arrays.jsonl: array %s does not fit the %d listed batches", a.ID, batches)
		}
		d.note(a)
	}
	_, err = os.Stat(d.in("seen.json"))
	d.seen = err == nil
	for n, b := range d.batches {
		if b.state == listed {
			d.waiting = append(d.waiting, n)
		}
	}
	if d.isStopped() {
		d.dropListed()
	}
	return d.replay(d.emit)
}

// countLists returns the number of batches with a whole list. It removes a list without an end: its writer was
// killed before it could submit the batch.
func (d *dispatcher) countLists() (n int, err error) {
	for ; ; n++ {
		folders, err := d.readList(n, func(event.Event) {})
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return n, nil
		case errors.Is(err, plan.ErrNoList), errors.Is(err, ErrNoCommands):
			return n, os.Remove(d.list(n))
		case err != nil:
			return n, err
		}
		d.planned.Last = folders
	}
}
