package target

import (
	"context"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// progressEvery is how often a file's progress is told at the most.
const progressEvery = 200 * time.Millisecond

// ProgressEvery is how often a child should tell of its progress when there are so
// many, and one that is silent for as long as stall (0: for ever) is given up. Of 50
// that is 250 times a second; the more there are, the rarer each.
func ProgressEvery(children int, stall time.Duration) time.Duration {
	if stall == 0 {
		stall = time.Minute
	}
	return min(max(1, time.Duration(children)/50)*progressEvery, max(progressEvery, stall/4))
}

// progress tells of one file.
type progress struct {
	*worker
	name       string
	size, done int64
	phase      filecopy.Phase
	told       time.Time
}

// watched are the options for a file of that size whose progress is told.
func (w *worker) watched(name string, size int64) filecopy.Options {
	p := &progress{worker: w, name: name, size: size, told: time.Now()}
	opts := w.Options
	opts.Phase, opts.Progress, opts.Careful = p.comesTo, p.moved, w.listen
	if w.bucket != nil {
		opts.Pace = func(ctx context.Context, want int64) (int64, error) {
			return w.bucket.Take(ctx, want, w.Every, p.waits)
		}
	}
	return opts
}

func (p *progress) comesTo(phase filecopy.Phase) {
	p.phase, p.told = phase, time.Time{} // that it has begun is worth telling at once
	if phase == filecopy.Verifying {
		p.done = 0
	}
}

func (p *progress) moved(done int64) {
	p.done = done
	p.tellNow(string(p.phase))
}

func (p *progress) waits() { p.tellNow(event.Waiting) }

func (p *progress) tellNow(phase string) {
	if now := time.Now(); now.Sub(p.told) >= p.Every {
		p.told = now
		p.tell(event.Event{Kind: event.Progress, File: p.name, Bytes: p.done, Size: p.size, Phase: phase})
	}
}
