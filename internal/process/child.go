package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Target is what a child runs. A nil error is exit code 0, one made by ExitStatus
// the status it names; any other error, a panic, and runtime.Goexit, is exit code 1 with
// "Process NAME:" and the error (or the trace) on standard error. The child ends with its
// target: it does not wait for other goroutines. A panic in one of those ends it at once,
// without its children being waited for, with exit code 2, which is the runtime's.
type Target func(*Work) error

// Lookup finds a target by the name on the command line.
type Lookup func(name string) (Target, bool)

// Work is what a child was asked to do.
type Work struct {
	Args   []string
	Kwargs map[string]string

	// Events takes what the parent reads from Process.Events. It discards when the
	// parent has not asked for it, or when the child was started by hand.
	Events io.Writer

	// Shared is the file that the parent has in Config.Shared, nil without one. The
	// target may close it.
	Shared *os.File

	// Files are the parent's Config.Files, which the target may close.
	Files []*os.File

	terminable terminable
}

// Context is cancelled by SIGTERM, and by SIGXCPU (Limits.CPUTime), which
// without a call of Context end the child at once. A target that has something to
// clean up calls it first and returns soon after the context is done; the child then
// still ends by that signal (exit code -15 or -24).
func (w *Work) Context() context.Context {
	ctx, listen := w.LateContext()
	listen()
	return ctx
}

// LateContext is Context, but that the signals end the child at once until listen is
// called: for a target that may have nothing to clean up. To listen takes a Go program
// two threads, which is a tenth of all that a child with a small file does.
func (w *Work) LateContext() (ctx context.Context, listen func()) {
	return w.terminable.context(), w.terminable.listen
}

// terminable is a signal to end that waits for the target's return.
type terminable struct {
	late     bool // what quietSignals does is done with the listening
	outlives int  // the parent; 0: no outliveHangup then
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

// outlive has a child that is no daemon go on when its parent ends while it is stopped.
func (t *terminable) outlive(parent int) {
	switch {
	case ignoresHangup(): // by nohup, as do programs that it starts
	case t.late:
		ignoreHangup()
		t.outlives = parent
	default:
		outliveHangup(parent)
	}
}

// terminated is why the context is done.
type terminated struct{ by syscall.Signal }

func (t terminated) Error() string { return context.Canceled.Error() }

// received is the signal that has come, 0 when none has.
func (t *terminable) received() syscall.Signal {
	if t.ctx == nil {
		return 0
	}
	var cause terminated
	errors.As(context.Cause(t.ctx), &cause)
	return cause.by
}

// childGrace is how long a child's own daemons may take to end when the child has.
const childGrace = 5 * time.Second

// usageStatus is the exit status of a child whose command line makes no sense.
const usageStatus = 2

// MainProcess is the name of a main process, as in Python. A child that is given it
// counts its own children as one: Process-1, not Process-3:1.
const MainProcess = "MainProcess"

// IsChild tells whether argv says that this process is a child, or the guardian, of its own program.
func IsChild(argv []string) bool {
	return len(argv) > 1 && (argv[1] == childCommand || argv[1] == guardianCommand)
}

// Main runs this process as one of its own children, if argv says that it is
// one, and returns its exit status for os.Exit. A program whose binary is to have
// children calls it before anything else, also where it is the parent; without that
// Start is ErrNoMain:
//
//	if status, ok := process.Main(os.Args, lookup); ok {
//		os.Exit(status)
//	}
//
// The targets named in late call LateContext. Until they listen, signals do to them
// what they do to any Go program: SIGSEGV and its like, from outside, make it print all
// goroutines and exit with 2, and SIGUSR1 and its like nothing. Until then they ignore SIGHUP,
// unless they are daemons. A program inherits that if it is started before they listen.
func Main(argv []string, lookup Lookup, late ...string) (status int, ok bool) {
	self.entered.Store(true)
	if !IsChild(argv) {
		return 0, false
	}
	if argv[1] == childCommand {
		ownCPUs()
		showName(filepath.Base(argv[0]))
		return runChild(argv[2:], lookup, late), true
	}
	// Not the program's: "pkill -9 brood" would end the guardians together with the parent.
	// They end by themselves when it has ended.
	showName(guardianCommand)
	guard()
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
	// With a limit the end by it is told from that by a signal; and SIGXCPU, which one sends, the runtime does not heed before.
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

// become takes on what the parent has decided.
func become(own ownFlags, work *Work) error {
	self.daemon = own.daemon
	if self.name = own.name; self.name == "" {
		self.name = MainProcess // by hand
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

// run calls the target; a panic becomes an error that holds its trace. After runtime.Goexit
// this goroutine does nothing but what is deferred, so exit is called, and does not return.
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
			err = fmt.Errorf("panic: %v\n\n%s", r, debug.Stack())
		} else if !returned {
			exit(errGoexit)
		}
	}()
	err = target(work)
	returned = true
	return err
}

// report is what Python prints of an exception that ends a process; an exit with a status is none.
func report(err error) {
	if _, ok := err.(Status); !ok {
		fmt.Fprintf(os.Stderr, "Process %s:\n%v\n", self.name, err)
	}
}
