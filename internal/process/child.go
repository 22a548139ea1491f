package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Target is the function that a child runs. A nil error is exit code 0; an error made by ExitStatus is the
// status it names. Any other error, a panic and runtime.Goexit are exit code 1, with "Process NAME:" and the
// error (or the trace) on standard error.
//
// The child ends with its target: it does not wait for other goroutines. A panic in another goroutine ends the
// child at once with the runtime's exit code 2, and the child does not wait for its children.
type Target func(*Work) error

// Lookup finds a target by the name on the command line.
type Lookup func(name string) (Target, bool)

// Work is the child's part of a Config.
type Work struct {
	Args   []string
	Kwargs map[string]string

	// Events is a pipe to the parent, which reads it as Process.Events. It discards everything if the parent
	// has not asked for it, or if the child was started by hand.
	Events io.Writer

	// Shared is the parent's Config.Shared; nil for none. The target may close it.
	Shared *os.File

	// Files are the parent's Config.Files, which the target may close.
	Files []*os.File

	terminable terminable
}

// Context returns a context that SIGTERM cancels, and SIGXCPU (Limits.CPUTime). A target that has something to
// clean up calls Context first, and returns soon after it is done. The child then still ends by that signal (exit
// code -15 or -24). Without a call of Context these signals end the child at once.
//
// In a late target (Main) they do so until somebody calls the context's Done. The target calls it as soon as it
// has something to clean up. To listen takes a Go program two threads: a tenth of the whole cost of a child with
// a small file.
func (w *Work) Context() context.Context {
	ctx := w.terminable.context()
	if w.terminable.late {
		return lateContext{ctx, &w.terminable}
	}
	w.terminable.listen()
	return ctx
}

// lateContext begins to listen when somebody asks for its end.
type lateContext struct {
	context.Context
	terminable *terminable
}

// Done implements context.Context.
func (c lateContext) Done() <-chan struct{} {
	c.terminable.listen()
	return c.Context.Done()
}

// terminable keeps a signal to end until the target has returned.
type terminable struct {
	late     bool // listen calls quietSignals, too
	outlives int  // the parent's PID, for outliveHangup in listen; 0 for none
	once     sync.Once
	ctx      context.Context
	cancel   context.CancelCauseFunc
}

func (t *terminable) context() context.Context {
	if t.ctx == nil {
		t.ctx, t.cancel = context.WithCancelCause(context.Background())
	}
	return t.ctx
}

func (t *terminable) listen() {
	t.once.Do(func() {
		if t.late {
			quietSignals()
		}
		if t.outlives != 0 {
			outliveHangup(t.outlives)
		}
		signals := make(chan os.Signal, 1)
		notifyTerminate(signals)
		go func() { // as long as this process lives
			sig := <-signals
			t.cancel(terminated{sig.(syscall.Signal)})
		}()
	})
}

// outlive has a child that is no daemon go on when its parent ends while the child is stopped.
func (t *terminable) outlive(parent int) {
	switch {
	case ignoresHangup(): // nohup has set that, for the programs that it starts, too
	case t.late:
		ignoreHangup()
		t.outlives = parent
	default:
		outliveHangup(parent)
	}
}

// terminated is the cause of the context's end.
type terminated struct{ by syscall.Signal }

func (t terminated) Error() string { return context.Canceled.Error() }

// received returns the signal that has come; 0 for none.
func (t *terminable) received() syscall.Signal {
	if t.ctx == nil {
		return 0
	}
	var cause terminated
	errors.As(context.Cause(t.ctx), &cause)
	return cause.by
}

// childGrace is the time that a child's own daemons have to end after the child's target.
const childGrace = 5 * time.Second

// usageStatus is the exit status of a child with a wrong command line.
const usageStatus = 2

// MainProcess is the name of a main process, as in Python. A child of that name counts its own children as a
// main process does: Process-1, not Process-3:1.
const MainProcess = "MainProcess"

// IsChild tells whether argv is that of a child, or of a guardian, of its own program.
func IsChild(argv []string) bool {
	return len(argv) > 1 && (argv[1] == childCommand || argv[1] == guardianCommand)
}

// Main runs this process as a child, if argv says that it is one, and returns the exit status for os.Exit. A
// program whose binary has children calls Main before anything else, also in the parent. Without that call
// Start is ErrNoMain:
//
//	if status, ok := process.Main(os.Args, lookup); ok {
//		os.Exit(status)
//	}
//
// The targets named in late listen for signals only once somebody calls Done of their Work.Context. Until then
// they react to signals as any Go program does: SIGSEGV and its like, from outside, make it print all goroutines
// and exit with 2; SIGUSR1 and its like do nothing. They also ignore SIGHUP, unless they are daemons. A program
// that they start before they listen inherits that.
func Main(argv []string, lookup Lookup, late ...string) (status int, ok bool) {
	self.entered.Store(true)
	if !IsChild(argv) {
		return 0, false
	}
	if IsSetup(argv) {
		showName(filepath.Base(argv[0]))
		return setUp(argv[2:]), true
	}
	if argv[1] == childCommand {
		ownSettings()
		showName(filepath.Base(argv[0]))
		return runChild(argv[2:], lookup, late), true
	}
	// The name is not the program's, so "pkill -9 brood" does not end the guardians with the parent. They end
	// by themselves when the parent has ended.
	showName(guardianCommand)
	guard(argv[2:])
	return 0, true
}

func runChild(args []string, lookup Lookup, late []string) int {
	target, own, work, err := parseChild(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		return usageStatus
	}
	peak := openPeak()
	ignoreSignals()
	// A limit needs quietSignals from the start. Without it the runtime does not heed SIGXCPU, and an end by a
	// limit looks like an end by a signal.
	work.terminable.late = slices.Contains(late, target) && own.cpuTime == 0 && own.memory == 0
	if !work.terminable.late {
		quietSignals()
	}
	if own.parent != 0 && !own.daemon {
		work.terminable.outlive(own.parent)
	}
	if err := become(own, work); err != nil {
		fmt.Fprintf(os.Stderr, "Process %s:\n%v\n", self.name, err)
		return 1
	}
	end := func(err error) (status int) {
		if err != nil {
			report(err)
		}
		Finish(childGrace)
		peak.leave()
		if sig := work.terminable.received(); sig != 0 {
			dieBy(sig)
		}
		return exitStatus(err)
	}
	return end(run(target, work, lookup, func(err error) { os.Exit(end(err)) }))
}

// become applies the parent's decisions to this process.
func become(own ownFlags, work *Work) error {
	self.daemon = own.daemon
	if self.name = own.name; self.name == "" {
		self.name = MainProcess // started by hand
	}
	if self.identity = own.identity; self.identity == "" {
		self.identity = identityIn(own.name)
	}
	work.Events = io.Discard
	if own.events != 0 {
		work.Events = received(own.events, "events")
	}
	if own.shared != 0 {
		work.Shared = received(own.shared, "shared")
	}
	for _, fd := range own.files {
		work.Files = append(work.Files, received(fd, "inherited"))
	}
	if own.parent != 0 {
		self.parent = &ParentProcess{Name: own.parentName, PID: own.parent}
		if self.parent.Name == "" {
			self.parent.Name = MainProcess
		}
	}
	if own.lifeline != 0 {
		if own.daemon {
			arm(own.lifeline)
		}
		holdLifeline(polled(own.lifeline, "lifeline"))
	}
	if own.guardian != 0 {
		if err := joinGuardian(received(own.guardian, "guardian")); err != nil {
			return err
		}
	}
	limits := Limits{Memory: own.memory, CPUTime: own.cpuTime}
	if err := limits.Validate(); err != nil {
		return err
	}
	return limits.take()
}

var errGoexit = errors.New("the target has called runtime.Goexit")

// run calls the target. A panic becomes an error that holds its trace. After runtime.Goexit only deferred
// functions run in this goroutine, so run calls exit, which does not return.
func run(name string, work *Work, lookup Lookup, exit func(error)) (err error) {
	if name == "" {
		return nil
	}
	target, ok := lookup(name)
	if !ok {
		return fmt.Errorf("no target is called %q", name)
	}
	returned := false
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n\n%s", r, trace())
		} else if !returned {
			exit(errGoexit)
		}
	}()
	err = target(work)
	returned = true
	return err
}

// trace returns the calls that led here, up to 64 KiB of text.
func trace() []byte {
	text := make([]byte, 64<<10)
	return text[:runtime.Stack(text, false)]
}

// report prints an error as Python prints an exception that ends a process. A status is no such error.
func report(err error) {
	if _, ok := err.(Status); !ok {
		fmt.Fprintf(os.Stderr, "Process %s:\n%v\n", self.name, err)
	}
}
