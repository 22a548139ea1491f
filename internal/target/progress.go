package target

import (
	"context"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/gauge"
)

// progressEvery is the shortest time between two progress events of a file, where no memory is shared.
const progressEvery = 200 * time.Millisecond

// progress is how far one file is.
type progress struct {
	*worker
	name       string
	size, done int64
	phase      filecopy.Phase
	told       time.Time
}

// watched are the options for a file of that size whose progress is shown.
func (w *worker) watched(name string, size int64) filecopy.Options {
	p := &progress{worker: w, name: name, size: size, told: time.Now()}
	p.show(shown(p.phase))
	opts := w.Options
	opts.Phase, opts.Progress, opts.Careful = p.comesTo, p.moved, w.listen
	if w.bucket != nil {
		opts.Pace = p.take
	}
	return opts
}

func (p *progress) comesTo(phase filecopy.Phase) {
	p.phase, p.told = phase, time.Time{} // that it has begun is worth telling at once
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

// take waits for a turn at the rate.
func (p *progress) take(ctx context.Context, want int64) (n int64, err error) {
	waited := false
	n, err = p.bucket.Take(ctx, want, func() {
		waited = true
		p.show(gauge.Waiting)
	})
	if waited {
		p.show(shown(p.phase)) // what holds it up now is another thing
	}
	return n, err
}

// show is for the parent, when it looks.
func (p *progress) show(phase gauge.Phase) {
	p.gauge.Set(gauge.State{Item: p.item, Done: p.done, Size: p.size, Phase: phase})
}

// shown is a phase as the gauge has it.
func shown(phase filecopy.Phase) gauge.Phase {
	switch phase {
	case filecopy.Syncing:
		return gauge.Syncing
	case filecopy.Verifying:
		return gauge.Verifying
	}
	return gauge.Copying
}
