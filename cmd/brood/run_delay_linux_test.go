//go:build linux

package main

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
)

// Commands start one after the other with --delay, however many slots are free. The record has the time of each start.
func TestDelayOfCommands(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	const delay = 300 * time.Millisecond
	if out, err := p.brood("run", "-j0", "--delay", delay.String(), "--record", "record", "true", ":::", "1", "2", "3").
		CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, err := os.Open(p.dir + "/record")
	must(t, err)
	defer file.Close()
	var starts []time.Time
	must(t, event.ReadRun(file, func(e event.Event) {
		if e.Kind == event.Started {
			starts = append(starts, e.Time)
		}
	}))
	if len(starts) != 3 {
		t.Fatalf("%d starts, want 3", len(starts))
	}
	for i, pair := range slices.Collect(slices.Chunk([]time.Time{starts[0], starts[1], starts[1], starts[2]}, 2)) {
		if apart := pair[1].Sub(pair[0]); apart < delay {
			t.Errorf("starts %d and %d are %v apart, want %v at least", i+1, i+2, apart, delay)
		}
	}
}

// Ctrl-C does not wait for the delay.
func TestInterruptedDelay(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := start(t, p, p.brood("run", "-j2", "--delay", "10h", "sleep", ":::", "1000", "1000"))
	if !eventually(func() bool { return strings.Contains(strings.Join(p.alive(), "\n"), "sleep 1000") }) {
		t.Fatalf("alive: %q", p.alive())
	}
	r.signal(syscall.SIGINT)
	r.wants(130)
}
