package run

import (
	"os"
	"os/signal"
	"sync"
	"syscall"

	"brood/internal/event"
	"brood/internal/schedule"
)

// signals is the controller that turns Ctrl-C, SIGTERM and SIGHUP into stops. Each signal
// goes up one rung; an echo of one does not. The first lets running children finish, the
// second terminates them, the third kills them. With --daemon the first already terminates.
// After the last rung a signal has the kernel's own effect: one more ends this process, even
// when something holds it up, such as a reader of the answer that does not read.
type signals struct {
	stops  chan<- schedule.Stop
	caught chan os.Signal
	echoes echoes
	first  chan syscall.Signal // has the first signal, once done is closed
	done   chan struct{}
}

var signalNames = map[os.Signal]string{
	syscall.SIGINT: "SIGINT", syscall.SIGTERM: "SIGTERM", syscall.SIGHUP: "SIGHUP",
}

// rung is one step of a run's end, and its explanation for the user.
type rung struct {
	stop   schedule.Stop
	reason string
}

var rungs = []rung{
	{schedule.Drain, "no more children are started, the running ones are waited for; once more terminates them"},
	{schedule.Terminate, "the running children are terminated; once more kills them"},
	{schedule.Kill, "the running children are killed; once more ends this process, whatever holds it up"},
}

// stopsAtMost is how many stops a run can be sent: by signals, by halt, and by the job folder of a task or the lack of a
// reader.
const stopsAtMost = 5

// localRungs returns the rungs of a run on this machine.
func localRungs(daemon bool) []rung {
	if daemon {
		return rungs[1:]
	}
	return rungs
}

// watchSignals begins to catch signals, until end is called.
func (r *run) watchSignals(ahead []rung) *signals {
	s := &signals{
		stops:  r.stops,
		caught: make(chan os.Signal, 2*len(rungs)),
		echoes: echoes{of: map[os.Signal]*echo{}},
		first:  make(chan syscall.Signal, 1),
		done:   make(chan struct{}),
	}
	Catch(s.caught)
	go s.climb(ahead, r.emit)
	return s
}

// Catch sends the signals that end a run to caught. It leaves out signals that this process
// was started to ignore, as by nohup and in a shell's background jobs.
func Catch(caught chan<- os.Signal) {
	for sig := range signalNames {
		if !signal.Ignored(sig) {
			signal.Notify(caught, sig)
		}
	}
}

func (s *signals) climb(ahead []rung, emit event.Sink) {
	defer close(s.done)
	events := make(chan event.Event, len(rungs)) // a slow reader of events must not delay a stop
	var emitting sync.WaitGroup
	emitting.Go(func() {
		for e := range events {
			emit(e)
		}
	})
	defer emitting.Wait()
	defer close(events)
	for n, rung := range ahead {
		sig, ok := s.next()
		if !ok {
			return
		}
		if n == 0 {
			s.first <- sig.(syscall.Signal)
		}
		events <- event.Event{Kind: event.Stopping, Signal: signalNames[sig], Reason: rung.reason}
		s.stops <- rung.stop
	}
	s.settle()
	signal.Stop(s.caught)
}

// end stops catching and returns the first signal, 0 when there was none.
func (s *signals) end() syscall.Signal {
	signal.Stop(s.caught)
	close(s.caught)
	<-s.done
	select {
	case sig := <-s.first:
		return sig
	default:
		return 0
	}
}
