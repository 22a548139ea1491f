package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"brood/internal/testenv"
)

// spin starts n busy processes of the lowest priority. They run until stop is called.
func spin(t *testing.T, n int) (stop func()) {
	t.Helper()
	needs(t, "nice")
	var spinners []*exec.Cmd
	stop = func() {
		for _, s := range spinners {
			_ = s.Process.Kill()
		}
		for _, s := range spinners { // after all were killed: beside live ones, each ends slowly
			_ = s.Wait()
		}
		spinners = nil
	}
	t.Cleanup(stop)
	for range n {
		s := exec.Command("nice", "-n", "19", "sh", "-c", "while :; do :; done")
		must(t, s.Start())
		spinners = append(spinners, s)
	}
	return stop
}

// On a busy machine, --load starts no child until the load has fallen.
func TestLoadIsWaitedFor(t *testing.T) {
	testenv.Long(t)
	p := newPlace(t)
	p.small(t, 5, 1000)
	calm := spin(t, 100)
	r := start(t, p, p.copy("--load", "100"))
	r.says("fewer children at once: slots=0 asked=")
	r.says(`, --load 100"`)
	calm()
	r.wants(0)
	p.equal(t)
}

// Ctrl-C ends a run at once that waits for more memory than the machine has. With limits that hold, a copy runs.
func TestMemoryIsWaitedFor(t *testing.T) {
	testenv.Long(t)
	p := newPlace(t)
	p.small(t, 5, 1000)
	r := start(t, p, p.copy("--mem-free", "1000P"))
	r.says(" GiB available, --mem-free 1000 PiB")
	if children := r.children(); len(children) > 0 {
		t.Errorf("children %v, want none before the memory is free", children)
	}
	r.signal(syscall.SIGINT)
	r.wants(130)
	if said := r.stderr(); strings.Count(said, "fewer children at once") != 1 {
		n := strings.Count(said, "fewer children at once")
		t.Errorf("stderr has %d lines \"fewer children at once\", want one:\n%s", n, said)
	}
	for _, flags := range [][]string{
		{"--mem-free", "1K"}, {"--load", "1000000"}, {"--mem-free", "1K", "--load", "99999%"},
	} {
		p := newPlace(t)
		p.small(t, 5, 1000)
		r := start(t, p, p.copy(flags...))
		r.wants(0)
		p.equal(t)
		if strings.Contains(r.stderr(), "fewer children") {
			t.Errorf("%q: stderr warns of fewer children, want no warning:\n%s", flags, r.stderr())
		}
	}
}
