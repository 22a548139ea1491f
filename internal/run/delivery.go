package run

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall"

	"brood/internal/event"
	"brood/internal/output"
	"brood/internal/slurm"
)

// delivery prints and stores what commands have written on nodes, as if they had run here.
//
//	outcome of a command ─▶ deliver ─┬─▶ its turn ──────────▶ Collector.Replay
//	                                 └─▶ waits for its turn ─▶ later
type delivery struct {
	*commands
	ordered bool
	spools  map[string]*output.Spool // by path
	next    int                      // the number whose turn it is, if ordered
	waiting map[int]*output.Spool    // outputs before their turn; nil: no output
	err     error                    // of an output that was printed after its outcome was known
}

func (c *commands) delivery(folder *slurm.Folder) *delivery {
	return &delivery{
		commands: c, ordered: folder.Job.Commands.Ordered,
		spools: map[string]*output.Spool{}, next: 1, waiting: map[int]*output.Spool{},
	}
}

// deliver is for slurm.Options.Deliver. A command without output in the spool has not started, or its output could not
// be stored. Then it has failed.
func (d *delivery) deliver(outcome event.Event, path string) error {
	var spool *output.Spool
	if path != "" {
		if spool = d.spools[path]; spool == nil {
			spool = output.NewSpool(path)
			d.spools[path] = spool
		}
		there, err := spool.Has(outcome.Seq)
		if !there {
			spool = nil
		}
		if !there && err == nil && outcome.Kind == event.Ran {
			err = fmt.Errorf("its output is not in %q", path)
		}
		if err != nil {
			d.print(outcome.Seq, nil)
			return err
		}
	}
	err := d.print(outcome.Seq, spool)
	d.checkReaders()
	return err
}

// print prints an output, or keeps it until its turn.
func (d *delivery) print(seq int, spool *output.Spool) error {
	if !d.ordered {
		return d.replay(seq, spool)
	}
	d.waiting[seq] = spool
	for {
		spool, ok := d.waiting[d.next]
		if !ok {
			return nil
		}
		delete(d.waiting, d.next)
		d.err = errors.Join(d.err, d.replay(d.next, spool))
		d.next++
	}
}

func (d *delivery) replay(seq int, spool *output.Spool) error {
	if spool == nil {
		return nil
	}
	return d.output.Replay(spool, seq)
}

// end prints the rest, and adds to end how the writing went.
func (d *delivery) end(end *ending) {
	for _, seq := range slices.Sorted(maps.Keys(d.waiting)) {
		d.err = errors.Join(d.err, d.replay(seq, d.waiting[seq]))
	}
	err := d.output.Close()
	if errors.Is(err, syscall.EPIPE) {
		end.signal = cmp.Or(end.signal, syscall.SIGPIPE)
		err = nil
	}
	if err != nil && d.unread.Load() { // the stop has said it
		end.partial = cmp.Or(end.partial, err.Error())
		err = nil
	}
	end.incomplete(errors.Join(d.err, err))
}

// incomplete notes why the run is not complete, unless err is nil.
func (e *ending) incomplete(err error) {
	if err == nil {
		return
	}
	e.warnings = append(e.warnings, err.Error())
	e.partial = cmp.Or(e.partial, err.Error())
}
