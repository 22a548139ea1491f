package run

import (
	"os"
	"time"
)

// An echo is the same signal again within 100 ms. timeout(1) sends one: it signals its
// child, then its whole group. A closing terminal and its shell do the same.
//
// The time is counted in turns; a turn with a signal waiting does not count. On a busy
// machine two signals that were sent together may be read far apart: a process that gets
// no CPU has no turns. After echoAtMost there is no echo any more.
const (
	echoTurn   = 10 * time.Millisecond
	echoTurns  = 10
	echoAtMost = 500 * time.Millisecond
)

// echoes are the signals that may still have an echo.
type echoes struct {
	of   map[os.Signal]*echo
	turn <-chan time.Time // the end of the turn under way; nil for none
}

type echo struct {
	turns int
	until time.Time
}

// next waits for a signal that is no echo; ok is false after the last one.
func (s *signals) next() (sig os.Signal, ok bool) {
	for {
		select {
		case sig, ok = <-s.caught:
			if !ok || s.echoes.heard(sig) {
				return sig, ok
			}
		case <-s.echoes.ticks():
			s.echoes.age(len(s.caught) > 0)
		}
	}
}

// settle waits until no signal can still have an echo.
func (s *signals) settle() {
	for len(s.echoes.of) > 0 {
		select {
		case _, ok := <-s.caught:
			if !ok {
				return
			}
		case <-s.echoes.ticks():
			s.echoes.age(len(s.caught) > 0)
		}
	}
}

// heard reports whether the signal is no echo.
func (e *echoes) heard(sig os.Signal) bool {
	if last := e.of[sig]; last != nil && time.Now().Before(last.until) {
		return false
	}
	e.of[sig] = &echo{echoTurns, time.Now().Add(echoAtMost)}
	return true
}

// ticks sends the end of each turn while there may be an echo.
func (e *echoes) ticks() <-chan time.Time {
	if e.turn == nil && len(e.of) > 0 {
		e.turn = time.After(echoTurn)
	}
	return e.turn
}

// age ends a turn, which counts unless a signal is waiting.
func (e *echoes) age(waiting bool) {
	e.turn = nil
	for sig, last := range e.of {
		if !waiting {
			last.turns--
		}
		if last.turns == 0 || time.Now().After(last.until) {
			delete(e.of, sig)
		}
	}
}
