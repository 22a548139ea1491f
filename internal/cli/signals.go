package cli

import (
	"os"
	"os/signal"
	"sync"
	"syscall"

	"brood/internal/event"
	"brood/internal/schedule"
)

// ladder turns signals into stops of a run: Ctrl-C, SIGTERM and SIGHUP each go
// up one rung, and an echo of one does not. The first lets running children finish, the second terminates
// them, the third kills them; with --daemon the first already terminates. One more
// ends this process itself, should something hold it up (who reads the answer, or
// the record, and does not): then the signal has the kernel's own effect.
type ladder struct {
	stops  chan<- schedule.Stop
	caught chan os.Signal
	echoes echoes
	first  chan syscall.Signal // has the first signal, once done is closed
	done   chan struct{}
}

var signalNames = map[os.Signal]string{syscall.SIGINT: "SIGINT", syscall.SIGTERM: "SIGTERM", syscall.SIGHUP: "SIGHUP"}

// rung is one step up, with what is said then.
type rung struct {
	stop   schedule.Stop
	reason string
}

var rungs = []rung{
	{schedule.Drain, "no more children are started, the running ones are waited for; once more terminates them"},
	{schedule.Terminate, "the running children are terminated; once more kills them"},
	{schedule.Kill, "the running children are killed; once more ends this process, whatever holds it up"},
}

// hereRungs are those of a run on this machine.
func hereRungs(daemon bool) []rung {
	if daemon {
		return rungs[1:]
	}
	return rungs
}

func watchSignals(ahead []rung, stops chan<- schedule.Stop, emit event.Sink) *ladder {
	l := &ladder{
		stops:  stops,
		caught: make(chan os.Signal, 2*len(rungs)),
		echoes: echoes{of: map[os.Signal]*echo{}},
		first:  make(chan syscall.Signal, 1),
		done:   make(chan struct{}),
	}
	catch(l.caught)
	go l.climb(ahead, emit)
	return l
}

// catch has caught hear of the signals that end a run, but for those that are
// ignored: by nohup, and in a shell's background jobs.
func catch(caught chan<- os.Signal) {
	for sig := range signalNames {
		if !signal.Ignored(sig) {
			signal.Notify(caught, sig)
		}
	}
}

func (l *ladder) climb(ahead []rung, emit event.Sink) {
	defer close(l.done)
	said := make(chan event.Event, len(rungs)) // who is slow to hear of a stop is not to delay it
	var saying sync.WaitGroup
	saying.Go(func() {
		for e := range said {
			emit(e)
		}
	})
	defer saying.Wait()
	defer close(said)
	for n, rung := range ahead {
		sig, ok := l.next()
		if !ok {
			return
		}
		if n == 0 {
			l.first <- sig.(syscall.Signal)
		}
		said <- event.Event{Kind: event.Stopping, Signal: signalNames[sig], Reason: rung.reason}
		l.stops <- rung.stop
	}
	l.settle()
	signal.Stop(l.caught)
}

// end stops listening and returns the first signal, 0 when there was none.
func (l *ladder) end() syscall.Signal {
	signal.Stop(l.caught)
	close(l.caught)
	<-l.done
	select {
	case sig := <-l.first:
		return sig
	default:
		return 0
	}
}
