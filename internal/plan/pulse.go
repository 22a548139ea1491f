package plan

import (
	"context"
	"fmt"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// pulse tells for how long what is asked of the system has had no answer: a call on
// a network share or a FUSE server that is gone may never return. One goroutine
// asks: it calls ask before what may block, and answered after it. Another one has
// the clock, and gives the first one up.
//
//	idle ── ask ─▶ asking ── ticks ─▶ silent ── giveUp ─▶ given up: heard no more
//	  ▲              │                  │
//	  └── answered ──┴──────────────────┘
//
// A walk that waits until its batches are taken asks nothing, and so is never silent. It
// is ticks that count, not time: a process that is stopped, or starved, has none.
//
// Who is given up stays behind with the thread that its call holds, and ends soon
// after that returns. The end of the process ends the thread where SIGKILL ends the
// sleep, as in NFS. It does not where the sleep is uninterruptible (state D), as with
// a FUSE server that has taken the request and ignores that it was interrupted:
// the process has done and said all, and is gone only when the server answers or ends.
type pulse struct {
	stall time.Duration // 0: however long

	mu      sync.Mutex
	asked   request
	asking  bool
	ticks   int // since it was asked
	givenUp bool
}

// request is what is asked of the system.
type request struct {
	side *side
	op   string // "stat"
	name string // below the side; "" for itself
}

func (p *pulse) ask(s *side, op, name string) {
	p.mu.Lock()
	p.asked, p.asking, p.ticks = request{s, op, name}, true, 0
	p.mu.Unlock()
}

// askFor asks for the side itself.
func (p *pulse) askFor(what, path string) { p.ask(&side{what: what, path: path}, "", "") }

func (p *pulse) answered() {
	p.mu.Lock()
	p.asking = false
	p.mu.Unlock()
}

// partly: half an answer is one.
func (p *pulse) partly() {
	p.mu.Lock()
	p.ticks = 0
	p.mu.Unlock()
}

func (p *pulse) interval() time.Duration { return Tick(p.stall) }

// Tick is how often it is looked whether a time of so long is over. Ticks of a
// time.Ticker are to be counted, which drops them while this process is stopped (Ctrl-Z,
// a paused machine) or gets no CPU: such a time is nobody's stall.
func Tick(long time.Duration) time.Duration {
	return min(max(long/20, 10*time.Millisecond), time.Second)
}

// watch calls say when there is silence, at each tick, until the context is done.
func (p *pulse) watch(ctx context.Context, say func()) {
	if p.stall <= 0 {
		return
	}
	ticker := time.NewTicker(p.interval())
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if p.tick() {
			say()
		}
	}
}

// tick tells whether there is silence by now.
func (p *pulse) tick() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticks++
	return p.silent()
}

// silent: the first tick comes at any moment after the request.
func (p *pulse) silent() bool {
	return p.asking && time.Duration(p.ticks-1)*p.interval() >= p.stall
}

// giveUp gives up who asks, if there still is silence, and returns the request.
func (p *pulse) giveUp() (request, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.givenUp = p.silent()
	return p.asked, p.givenUp
}

// mute gives up who asks, whether there is silence or not.
func (p *pulse) mute() {
	p.mu.Lock()
	p.givenUp = true
	p.mu.Unlock()
}

// say emits an event of who asks, unless that was given up: a run that has ended says no more.
func (p *pulse) say(emit event.Sink, e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.givenUp {
		emit(e)
	}
}

func (p *pulse) noAnswer() error { return fmt.Errorf("no answer for %s", p.stall) }

// unanswered is the error of a request.
func (p *pulse) unanswered(q request) error {
	err := p.noAnswer()
	if q.name != "" && q.name != "." {
		err = fmt.Errorf("%q: %w", q.name, err)
	}
	return problem(q.side.what, q.side.path, err)
}

// failure is the event of a request.
func (p *pulse) failure(q request) event.Event {
	return event.Event{Kind: event.Failed, File: q.name, Error: filecopy.NewError(q.op+q.side.where, p.noAnswer()).Error()}
}

// inTime returns what ask does; or, when something that it asks has no answer for so
// long (0: however long), an error that says so.
func inTime[T any](stall time.Duration, ask func(*pulse) (T, error)) (T, error) {
	var value T
	var err error
	p := &pulse{stall: stall}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		value, err = ask(p)
	}()
	var silence error
	p.watch(ctx, func() {
		if q, ok := p.giveUp(); ok {
			silence = p.unanswered(q)
			cancel()
		}
	})
	<-ctx.Done()
	if silence != nil {
		var none T
		return none, silence
	}
	return value, err
}
