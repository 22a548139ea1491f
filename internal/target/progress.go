package target

import (
	"context"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/gauge"
)

// progressEvery is the shortest time between two progress events of a file. Without shared memory progress is
// sent as events.
const progressEvery = 200 * time.Millisecond

// soon is the size in bytes of a file that is copied in a moment, unless something hangs.
const soon = 1 << 20

// progress reports how far one file is.
type progress struct {
	*child
	name       string
	size, done int64
	phase      filecopy.Phase
	told       time.Time // of the last progress event
}

// watched returns the options for a file of that size, with functions that report its progress.
func (c *child) watched(name string, size int64) filecopy.Options {
	p := &progress{child: c, name: name, size: size, told: time.Now()}
	p.show(shown(p.phase))
	opts := c.Options
	if size > soon || opts.Durable || opts.Hash != "" {
		c.events.flush() // the next event may come much later
	}
	opts.Phase, opts.Progress = p.comesTo, p.moved
	if c.bucket != nil {
		opts.Pace = p.take
	}
	return opts
}

func (p *progress) comesTo(phase filecopy.Phase) {
	p.phase, p.told = phase, time.Time{} // a new phase is reported at once
	if phase == filecopy.Verifying {
		p.done = 0
	}
	p.show(shown(p.phase))
}

func (p *progress) moved(done int64) {
	p.done = done
	if p.gauge != nil {
		p.show(shown(p.phase))
		return
	}
	if now := time.Now(); now.Sub(p.told) >= progressEvery {
		p.told = now
		p.tell(event.Event{Kind: event.Progress, File: p.name, Bytes: p.done, Size: p.size, Phase: string(p.phase)})
	}
}

// take waits until the shared rate allows some bytes, and shows that it waits.
func (p *progress) take(ctx context.Context, want int64) (n int64, err error) {
	waited := false
	n, err = p.bucket.Take(ctx, want, func() {
		waited = true
		p.show(gauge.Waiting)
		p.events.flush()
	})
	if waited {
		p.show(shown(p.phase)) // it no longer waits for the rate
	}
	return n, err
}

// show writes to the shared memory, where the parent can read it at any time.
func (p *progress) show(phase gauge.Phase) {
	p.gauge.Set(gauge.State{Item: p.item, Done: p.done, Size: p.size, Phase: phase})
}

// shown returns the phase as the gauge has it.
func shown(phase filecopy.Phase) gauge.Phase {
	switch phase {
	case filecopy.Syncing:
		return gauge.Syncing
	case filecopy.Verifying:
		return gauge.Verifying
	}
	return gauge.Copying
}
