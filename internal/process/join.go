package process

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// Join waits until the process has ended. A second Join returns at once. The error is ErrJoinUnstarted,
// ErrClosed, or ErrAbandoned after Abandon.
func (p *Process) Join() error {
	return p.JoinContext(context.Background())
}

// JoinTimeout waits until the process has ended, for d at most, and tells whether it has. With zero or less it
// returns at once.
func (p *Process) JoinTimeout(d time.Duration) (ended bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	err = p.JoinContext(ctx)
	if err == context.DeadlineExceeded {
		return false, nil
	}
	return err == nil, err
}

// JoinContext waits until the process has ended. If ctx is done first, it returns ctx's error.
func (p *Process) JoinContext(ctx context.Context) error {
	switch err := p.state(); err {
	case nil:
	case ErrNotStarted:
		return ErrJoinUnstarted
	default:
		return err
	}
	if p.ready() {
		p.reap()
		return nil
	}
	select {
	case <-p.ended:
		p.reap()
		return nil
	case <-p.abandoned:
		return ErrAbandoned
	case <-ctx.Done():
		return ctx.Err()
	}
}

// IsAlive tells whether the process was started and has not ended.
func (p *Process) IsAlive() (bool, error) {
	switch err := p.state(); err {
	case nil:
		return p.running(), nil
	case ErrNotStarted:
		return false, nil
	default:
		return false, err
	}
}

// ExitCode returns n for a child that ended with status n, and -n for a child that signal n ended. Before the
// end the error is ErrNotStarted or ErrRunning.
func (p *Process) ExitCode() (int, error) {
	exit, err := p.Exit()
	return exit.Code, err
}

// Exit returns how the process ended and what it used. The errors are those of ExitCode.
func (p *Process) Exit() (Exit, error) {
	if err := p.state(); err != nil {
		return Exit{}, err
	}
	if p.running() {
		return Exit{}, ErrRunning
	}
	return p.exit, nil
}

// Sentinel returns a channel that closes when the process ends. That reaps nothing: the child is a zombie until
// another method asks for it.
func (p *Process) Sentinel() (<-chan struct{}, error) {
	if err := p.state(); err != nil {
		return nil, err
	}
	return p.ended, nil
}

// Abandon gives up a process that does not end although it was killed: it is in uninterruptible sleep (state
// D), in a system call that never returns. Every Join then returns ErrAbandoned. The process is no active child
// any more, its events are not read, and Finish does not wait for it. If it ends after all, this process reaps
// it at the next chance, or its adopter does later.
func (p *Process) Abandon() error {
	if err := p.state(); err != nil {
		return err
	}
	p.mu.Lock()
	first := !p.isAbandoned()
	if first {
		close(p.abandoned)
		forget(p)
		p.changed(Change{What: Abandoned})
	}
	p.mu.Unlock()
	if first {
		return p.popen.hangUp()
	}
	return nil
}

func (p *Process) isAbandoned() bool {
	select {
	case <-p.abandoned:
		return true
	default:
		return false
	}
}

func (p *Process) state() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.usable()
}

// running tells whether the process is started and has not ended. It reaps an ended process.
func (p *Process) running() bool {
	if p.state() != nil {
		return false
	}
	if !p.ready() {
		return true
	}
	p.reap()
	return false
}

func (p *Process) ready() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// reap takes the exit status from the system and publishes it, once. It is called after the end.
func (p *Process) reap() {
	p.reapOnce.Do(func() {
		p.exit = p.popen.wait(p.daemon)
		forget(p)
		p.changed(Change{What: Reaped, Exit: p.exit})
	})
}

// WaitAny waits until one of the processes has ended, or ctx is done. It returns the ended ones in the order
// given; ctx's error if ctx was first. It is Python's multiprocessing.connection.wait over sentinels, and reaps
// nothing, as in Python.
//
// The error is ErrNotStarted or ErrClosed, at once, if a process has no sentinel. It is ErrAbandoned if a
// process was abandoned, before the call or during it. The returned processes are valid then, too.
func WaitAny(ctx context.Context, processes ...*Process) (ended []*Process, err error) {
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
	for _, p := range processes {
		if err := p.state(); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		cases = append(cases,
			reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(p.ended)},
			reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(p.abandoned)})
	}
	reflect.Select(cases)
	for _, p := range processes {
		switch {
		case p.ready():
			ended = append(ended, p)
		case p.isAbandoned() && err == nil:
			err = fmt.Errorf("%s: %w", p.name, ErrAbandoned)
		}
	}
	if ended == nil && err == nil {
		err = ctx.Err()
	}
	return ended, err
}
