package slurm

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestAlone: nobody else follows where nothing changes; who does is told.
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
		t.Errorf("it leaves %s", got)
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
	until(t, "it beats", func() bool {
		text, _ := os.ReadFile(f.in("heartbeat"))
		return strings.HasPrefix(string(text), "other")
	})
	if err := f.Alone(); err == nil || !strings.HasSuffix(err.Error(), "is followed already, by PID 77 on other.host") {
		t.Error(err)
	}
}
