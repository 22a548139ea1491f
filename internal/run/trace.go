package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/trace"
	"brood/internal/view"
)

// TraceSpec is what a command line asked for about a program that is traced.
type TraceSpec struct {
	Command []string // the program and its arguments
	Files   Files
	Detach  bool // its processes go on without brood, if brood ends first
	Quiet   bool // nothing but the program's own output
	Live    bool // show the processes while they run
	Step    bool // stop at each event
	Pipes   bool // tell who holds which end of a pipe
	Lang    string
}

// Trace runs a program, tells what its processes do, and draws them at the end. It returns the exit status of the
// program, as a shell has it.
//
//	trace ── events ─▶ stream ─▶ family (drawn at the end), --record, --report, --svg, --trace, --live, --step
//	  ▲                   └────▶ job control: when Ctrl-Z has stopped the program, brood stops too
//	  └── signals, as long as the program's first process runs; after that, its end
func Trace(spec TraceSpec, std Streams) (status int, err error) {
	files, err := Create(spec.Files, std.Out)
	if err != nil {
		return 0, err
	}
	r := &tracing{spec: &spec, err: std.Err}
	err = r.run(files)
	var start *trace.StartError
	began := !errors.As(err, &start) && !errors.Is(err, trace.ErrUnsupported)
	if began && !spec.Quiet {
		_ = r.draw() // there is no other place to report that standard error fails
	}
	if err = errors.Join(err, files.Close()); err != nil && began {
		err = &BrokenOff{err}
	}
	return exitStatusOf(r.exit.Code), err
}

// run runs the program, from the first event to the last.
func (r *tracing) run(files Outputs) error {
	options := trace.Options{Command: r.spec.Command, Detach: r.spec.Detach, Hold: r.spec.Step, Pipes: r.spec.Pipes}
	readers := []func(event.Event){r.follow, files.Read}
	if r.spec.Step {
		steps, err := newStepping(r)
		if err != nil {
			return &trace.StartError{Program: r.spec.Command[0], Err: err}
		}
		defer steps.tty.Close()
		readers = append(readers, steps.read)
	}
	if r.spec.Live {
		var err error
		if r.live, err = newLive(r); err != nil {
			return &trace.StartError{Program: r.spec.Command[0], Err: err}
		}
	}
	if r.live != nil {
		options.Stderr = r.live.slave
		if _, terminal := view.Terminal(os.Stdout); terminal {
			options.Stdout = r.live.slave
		}
		defer r.live.end()
	}
	stream := event.NewStream(readers...)
	options.Emit = stream.Emit
	r.tracer = trace.New(options)
	defer r.watchSignals()()
	stream.Emit(event.Event{
		Kind: event.Begun, Version: event.TraceVersion, PID: os.Getpid(), PPID: os.Getppid(), Command: r.spec.Command,
	})
	var err error
	r.exit, err = r.tracer.Run()
	stream.Emit(r.totals.Finished(time.Now()))
	return err
}

// exitStatusOf returns the exit status that a shell has for an exit code.
func exitStatusOf(code int) int {
	if code < 0 {
		return 128 - code
	}
	return code
}

// tracing is the run of a traced program.
type tracing struct {
	spec   *TraceSpec
	err    io.Writer
	tracer *trace.Tracer
	live   *live // nil for none
	exit   trace.Exit

	mu     sync.Mutex
	totals status.Totals
	family status.Family // its first member is the program's first process
}

// root returns the PID of the program's first process, 0 before it has started, and whether it has ended.
func (r *tracing) root() (pid int, ended bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.family.Members) == 0 {
		return 0, false
	}
	first := r.family.Members[0]
	return first.PID, !first.Ended.IsZero()
}

// draw writes what has happened, and the family.
func (r *tracing) draw() error {
	words := view.EnglishFamily
	if r.spec.Lang == "zh" {
		words = view.ChineseFamily
	}
	if err := view.Traced(r.err, &r.family, filepath.Base(r.spec.Command[0]), r.spec.Lang); err != nil {
		return err
	}
	columns := view.Columns(r.err)
	return errors.Join(view.Family(r.err, &r.family, words, columns), view.Pipes(r.err, &r.family, r.spec.Lang, columns))
}

// follow keeps the state of the processes. It says when only others go on, and stops brood with the program.
func (r *tracing) follow(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.totals.Apply(e)
	r.family.Apply(e)
	if m := r.family.Of(e.Process()); m == nil || m != r.family.Members[0] {
		return
	}
	switch {
	case e.Kind == event.Exited && !r.spec.Quiet:
		if n := alive(&r.family); n > 0 {
			r.note(fmt.Sprintf("brood: the program has ended, and %s. Ctrl-C ends the trace.\n", goOn(n)))
		}
	case e.Kind == event.Stopped && e.Signal != "SIGSTOP":
		stopWith(e.PID)
	}
}

func alive(f *status.Family) (n int) {
	for _, m := range f.Members {
		if m.Ended.IsZero() {
			n++
		}
	}
	return n
}

func (r *tracing) note(line string) {
	if r.live != nil {
		_, _ = r.live.queue.Write([]byte(line))
		return
	}
	_, _ = io.WriteString(r.err, line)
}

func goOn(n int) string {
	if n == 1 {
		return "a process of it goes on"
	}
	return fmt.Sprintf("%d processes of it go on", n)
}

// hardEnd is the number of the passed signal that ends all processes, after some that only the program got.
const hardEnd = 3

// watchSignals passes SIGTERM and SIGHUP on to the program, until end is called. The third of them ends all processes.
// It does nothing at Ctrl-C, Ctrl-\ and Ctrl-Z: a terminal sends them to the program as well, which may live on, as a
// shell does. Once the program's first process has ended, SIGINT, SIGTERM or SIGHUP ends the other processes.
func (r *tracing) watchSignals() (end func()) {
	caught := make(chan os.Signal, 8)
	Catch(caught)
	for _, sig := range alsoOfTerminals {
		if !signal.Ignored(sig) {
			signal.Notify(caught, sig)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		passed := 0
		for sig := range caught {
			root, ended := r.root()
			_, ends := signalNames[sig]
			switch {
			case ends && ended:
				r.tracer.End()
			case sig == syscall.SIGTERM || sig == syscall.SIGHUP:
				if passed++; passed == hardEnd {
					r.tracer.End()
				} else if root != 0 {
					_ = sendSignal(root, sig.(syscall.Signal))
				}
			}
		}
	}()
	return func() {
		signal.Stop(caught)
		close(caught)
		<-done
	}
}
