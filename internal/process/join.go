package process

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// Join waits until the process has ended. Joining twice is fine. The error is
// ErrJoinUnstarted, ErrClosed, or ErrAbandoned for one that was given up.
func (p *Process) Join() error {
	return p.JoinContext(context.Background())
}

// JoinTimeout waits until the process has ended, for d at most, and tells
// whether it has. Zero and less return at once.
func (p *Process) JoinTimeout(d time.Duration) (ended bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	err = p.JoinContext(ctx)
	if err == context.DeadlineExceeded {
		return false, nil
	}
	return err == nil, err
}

// JoinContext waits until the process has ended or ctx is done; then it returns ctx's error.
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

// ExitCode is n for a child that ended with status n and -n for one that signal n
// ended. Before the end the error is ErrNotStarted or ErrRunning.
func (p *Process) ExitCode() (int, error) {
	exit, err := p.Exit()
	return exit.Code, err
}

// Exit is all that is known of the end of the process; errors as ExitCode.
func (p *Process) Exit() (Exit, error) {
	if err := p.state(); err != nil {
		return Exit{}, err
	}
	if p.running() {
		return Exit{}, ErrRunning
	}
	return p.exit, nil
}

// Sentinel closes when the process ends. Nothing is reaped by that: until
// somebody asks for the process it is a zombie.
func (p *Process) Sentinel() (<-chan struct{}, error) {
	if err := p.state(); err != nil {
		return nil, err
	}
	return p.ended, nil
}

// Abandon gives up a process that does not end although it was killed: one in
// uninterruptible sleep (state D), whose system call never returns. Every Join
// returns ErrAbandoned, it is no active child any more, its events are read no
// more, and Finish does not wait for it. Should it end after all, the kernel's adopter reaps it after us.
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

// running tells whether the process is started and not ended, and reaps it when it has.
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

// WaitAny waits until one of the processes has ended, or ctx is done, and
// returns those that have, in the order given; ctx's error when that was first. It is
// Python's multiprocessing.connection.wait over sentinels, and like that it reaps nothing.
//
// The error is ErrNotStarted or ErrClosed, at once, for a process without a sentinel. It is
// ErrAbandoned for a process that was given up, before or meanwhile: the ended ones are valid then.
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
