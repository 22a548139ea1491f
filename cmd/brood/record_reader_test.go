//go:build linux

package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
)

// A run waits for the reader of its record. Signals can end it all the same.
func TestRecordThatNobodyReads(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 100, 100)
	must(t, syscall.Mkfifo(p.dir+"/record", 0o600))
	pipe, err := unix.Open(p.dir+"/record", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(pipe)
	r := start(t, p, p.copy())
	r.says("child started")
	for err == nil { // until it is full to the last byte
		_, err = unix.Write(pipe, []byte("x"))
	}
	if err != unix.EAGAIN {
		t.Fatal(err)
	}
	if !eventually(func() bool { _ = syscall.Kill(r.pid, syscall.SIGINT); return r.over() }) {
		t.Fatal("brood goes on after SIGINT, want it ended")
	}
	if status := r.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGINT {
		t.Errorf("%v, want an end by SIGINT", r.cmd.ProcessState)
	}
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive: %q, want no process", p.alive())
	}
	p.wholeFiles(t)
}

// When the reader of the record ends early, all files are copied. brood says that the record is incomplete.
func TestRecordWhoseReaderEnds(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 30, 100)
	must(t, syscall.Mkfifo(p.dir+"/record", 0o600))
	r := start(t, p, p.copy())
	pipe, err := os.Open(p.dir + "/record")
	must(t, err)
	if _, err := event.NewReader(pipe).Next(); err != nil {
		t.Error(err)
	}
	must(t, pipe.Close())
	r.wants(1)
	r.says(fmt.Sprintf("brood: --record %q is incomplete: broken pipe", p.dir+"/record"))
	p.equal(t)
}
