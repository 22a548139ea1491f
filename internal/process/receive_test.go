//go:build unix

package process_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"brood/internal/process"
)

// receiver keeps the events of one child.
type receiver struct {
	text strings.Builder
	ends int // number of empty pieces
	over chan struct{}
	held <-chan struct{} // receive waits until it is closed; nil for no wait
}

func newReceiver() *receiver { return &receiver{over: make(chan struct{})} }

func (r *receiver) receive(piece []byte) {
	if r.held != nil {
		<-r.held
	}
	r.text.Write(piece)
	if len(piece) > 0 {
		return
	}
	if r.ends++; r.ends == 1 {
		close(r.over)
	}
}

func chattyTo(r *receiver, lines int) process.Config {
	return process.Config{Target: "chatty", Args: []string{fmt.Sprint(lines)},
		Kwargs: map[string]string{"to": "events"}, Receive: r.receive}
}

// The events of many children at once, each more than a pipe holds, arrive whole, each with one end.
func TestReceive(t *testing.T) {
	const children, lines = 8, 20_000
	var want strings.Builder
	for i := range lines {
		fmt.Fprintf(&want, "line %d\n", i)
	}
	want.WriteString("up\n")
	var all [children]*receiver
	var processes []*process.Process
	for i := range all {
		all[i] = newReceiver()
		processes = append(processes, start(t, chattyTo(all[i], lines)))
	}
	for i, r := range all {
		<-r.over
		join(t, processes[i])
		if err := processes[i].Close(); err != nil {
			t.Error(err)
		}
		if r.text.String() != want.String() || r.ends != 1 {
			t.Errorf("%d bytes of %d, and %d ends", r.text.Len(), want.Len(), r.ends)
		}
	}
}

// A slow receiver holds up no end of another child.
func TestSlowReceiverHoldsUpNoEnd(t *testing.T) {
	gate := make(chan struct{})
	slow, other := newReceiver(), newReceiver()
	slow.held, other.held = gate, gate
	first := start(t, chattyTo(slow, 50_000))
	second := start(t, chattyTo(other, 1))
	join(t, second)
	if !isAlive(t, first) {
		t.Error("the first has ended although nobody reads: the test shows nothing")
	}
	close(gate)
	<-slow.over
	<-other.over
	join(t, first)
	if !strings.HasSuffix(slow.text.String(), "line 49999\nup\n") || other.text.String() != "line 0\nup\n" {
		t.Errorf("%d bytes, and %q", slow.text.Len(), other.text.String())
	}
}

// The end of events comes also after Abandon.
func TestReceiveUntilGivenUp(t *testing.T) {
	r := newReceiver()
	p := start(t, process.Config{Target: "hang", Receive: r.receive})
	pid := pidOf(t, p)
	defer killOwn(pid)
	if err := p.Abandon(); err != nil {
		t.Fatal(err)
	}
	<-r.over
	if err := p.Close(); err != nil || r.ends != 1 {
		t.Errorf("%v, %d ends", err, r.ends)
	}
}

// A failed start calls Receive never, not even with an end.
func TestReceiveNothingAfterFailedStart(t *testing.T) {
	t.Setenv("TOO_LONG", strings.Repeat("x", 256<<10)) // execve(2): MAX_ARG_STRLEN
	r := newReceiver()
	if err := process.New(process.Config{Receive: r.receive}).Start(); !errors.Is(err, syscall.E2BIG) {
		t.Fatalf("%v, want E2BIG", err)
	}
	if r.ends != 0 {
		t.Error("an end came")
	}
}
