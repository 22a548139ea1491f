package plan

import (
	"context"
	"fmt"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// pulse measures how long the system does not answer a call: on a network share or FUSE server
// that is gone, a call may never return. One goroutine makes the calls; it calls ask before
// each and answered after it. Another goroutine counts ticks, and gives the first one up.
//
//	idle ── ask ─▶ asking ── ticks ─▶ silent ── giveUp ─▶ given up: emits no more
//	  ▲              │                  │
//	  └── answered ──┴──────────────────┘
//
// A walk that waits until its batches are taken makes no call, and so is never silent. The
// pulse counts ticks, not time: a process that is stopped or gets no CPU has no ticks.
//
// A goroutine that is given up stays in its call with a thread, and ends soon after the call
// returns. The end of the process ends the thread if SIGKILL ends its sleep, as with NFS. It
// does not end an uninterruptible sleep (state D), as with a FUSE server that has taken the
// request and ignores the interrupt. Then the process has done all its work, but it is gone
// only when the server answers or ends.
type pulse struct {
	stall time.Duration // longest wait for an answer; 0: no limit

	mu      sync.Mutex
	asked   request
	asking  bool
	ticks   int // since ask, or the last part of an answer
	givenUp bool
}

// request is a call of the system.
type request struct {
	side *side
	op   string // "stat"
	name string // relative to the side; "" for the side itself
}

func (p *pulse) ask(s *side, op, name string) {
	p.mu.Lock()
	p.asked, p.asking, p.ticks = request{s, op, name}, true, 0
	p.mu.Unlock()
}

// askFor notes a call for a side itself, "source" or "dest", or another file.
func (p *pulse) askFor(what, path string) { p.ask(&side{what: what, path: path}, "", "") }

func (p *pulse) answered() {
	p.mu.Lock()
	p.asking = false
	p.mu.Unlock()
}

// partly notes a part of the answer: the wait starts again.
func (p *pulse) partly() {
	p.mu.Lock()
	p.ticks = 0
	p.mu.Unlock()
}

func (p *pulse) interval() time.Duration { return Tick(p.stall) }

// Tick returns the polling interval for a timeout of long. Use it with a time.Ticker and count
// the ticks. A Ticker drops ticks while this process is stopped (Ctrl-Z, a paused machine) or
// gets no CPU, and such a time must not count as a stall of somebody else.
func Tick(long time.Duration) time.Duration {
	return min(max(long/20, 10*time.Millisecond), time.Second)
}

// watch counts ticks until the context is done. It calls say at each tick at which the pulse is silent.
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

// tick counts a tick and reports whether the pulse is silent.
func (p *pulse) tick() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticks++
	return p.silent()
}

// silent reports whether the answer is overdue. The first tick does not count, since it may come at once.
func (p *pulse) silent() bool {
	return p.asking && time.Duration(p.ticks-1)*p.interval() >= p.stall
}

// giveUp gives up the asking goroutine if the pulse is still silent. It returns the request.
func (p *pulse) giveUp() (request, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.givenUp = p.silent()
	return p.asked, p.givenUp
}

// mute gives up the asking goroutine, silent or not.
func (p *pulse) mute() {
	p.mu.Lock()
	p.givenUp = true
	p.mu.Unlock()
}

// say emits an event of the asking goroutine, unless it was given up: a run that has ended emits no more.
func (p *pulse) say(emit event.Sink, e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.givenUp {
		emit(e)
	}
}

func (p *pulse) noAnswer() error { return fmt.Errorf("no answer for %s", p.stall) }

// unanswered returns the error of a request without an answer.
func (p *pulse) unanswered(q request) error {
	err := p.noAnswer()
	if q.name != "" && q.name != "." {
		err = fmt.Errorf("%q: %w", q.name, err)
	}
	return problem(q.side.what, q.side.path, err)
}

// failure returns the event of a request without an answer.
func (p *pulse) failure(q request) event.Event {
	err := filecopy.NewError(q.op+q.side.where, p.noAnswer())
	return event.Event{Kind: event.Failed, File: q.name, Error: err.Error()}
}

// inTime runs ask and returns its result. If a call that ask makes has no answer for stall
// (0: no limit), it returns an error at once and leaves the goroutine of ask behind.
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
