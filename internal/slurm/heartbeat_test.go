package slurm

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"brood/internal/testenv"
)

// TestAlone checks that Alone finds a follower whose heartbeat changes, and no other.
func TestAlone(t *testing.T) {
	f := newFolder(t, Request{Heartbeat: .4})
	must(t, f.Alone())
	f.has(t, "heartbeat", "h 1 1\n")
	must(t, f.Alone())
	f.has(t, "heartbeat", "h 1 1\n")
	long := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(f.in("heartbeat"), long, long))
	must(t, f.Alone())
	if got := strings.Join(names(t, f.Path), " "); got != "events heartbeat lists log marked" {
		t.Errorf("Alone leaves %s", got)
	}
	over, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for n := 1; ; n++ {
			_ = os.WriteFile(f.in("beat"), fmt.Appendf(nil, "other.host 77 %d\n", n), 0o644)
			_ = os.Rename(f.in("beat"), f.in("heartbeat"))
			select {
			case <-over:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	defer func() { close(over); <-ended }()
	until(t, "the other follower writes a heartbeat", func() bool {
		text, _ := os.ReadFile(f.in("heartbeat"))
		return strings.HasPrefix(string(text), "other")
	})
	const want = "PID 77 on other.host already follows the run"
	var err error // on a busy machine the other follower may be silent for a while
	until(t, "Alone finds the other follower", func() bool { err = f.Alone(); return err != nil })
	if !strings.HasSuffix(err.Error(), want) {
		t.Error(err)
	}
}

// TestBeat checks that the heartbeat begins at once, changes, and goes with stop.
func TestBeat(t *testing.T) {
	f := newFolder(t, Request{Heartbeat: 0.04})
	read := func() string {
		text, _ := os.ReadFile(f.in("heartbeat"))
		return string(text)
	}
	stop := f.Beat()
	first := read()
	if host, _ := os.Hostname(); first != fmt.Sprintf("%s %d 0\n", host, os.Getpid()) {
		t.Errorf("%q", first)
	}
	for deadline := time.Now().Add(testenv.Patience); read() == first; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the heartbeat does not change")
		}
	}
	stop()
	if last := read(); last != "" {
		t.Errorf("stop leaves the heartbeat %q", last)
	}
}
