package run

import (
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The same signal within 100 ms is one, later it is two, and another is another.
func TestEchoes(t *testing.T) {
	const hup, term = syscall.SIGHUP, syscall.SIGTERM
	type sent struct {
		at  time.Duration
		sig os.Signal
	}
	for name, c := range map[string]struct {
		sent []sent
		want []os.Signal
	}{
		"one":             {[]sent{{0, term}}, []os.Signal{term}},
		"at one moment":   {[]sent{{0, term}, {0, term}, {0, term}}, []os.Signal{term}},
		"soon":            {[]sent{{0, term}, {85 * time.Millisecond, term}}, []os.Signal{term}},
		"later":           {[]sent{{0, term}, {115 * time.Millisecond, term}}, []os.Signal{term, term}},
		"another":         {[]sent{{0, term}, {0, hup}}, []os.Signal{term, hup}},
		"both, and again": {[]sent{{0, term}, {0, hup}, {0, term}, {0, hup}}, []os.Signal{term, hup}},
		"a key held down": {[]sent{{0, hup}, {50 * time.Millisecond, hup}, {99 * time.Millisecond, hup}, {125 * time.Millisecond, hup}}, []os.Signal{hup, hup}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &signals{caught: make(chan os.Signal, 8), echoes: echoes{of: map[os.Signal]*echo{}}}
				go func() {
					begun := time.Now()
					for _, s := range c.sent {
						time.Sleep(time.Until(begun.Add(s.at)))
						l.caught <- s.sig
					}
					time.Sleep(time.Minute)
					close(l.caught)
				}()
				var got []os.Signal
				for sig, ok := l.next(); ok; sig, ok = l.next() {
					got = append(got, sig)
				}
				if len(got) != len(c.want) {
					t.Fatalf("%v, want %v", got, c.want)
				}
				for i := range got {
					if got[i] != c.want[i] {
						t.Errorf("%v, want %v", got, c.want)
					}
				}
			})
		})
	}
}

// The last signal may have an echo, too, which must not end this process.
func TestLastEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &signals{caught: make(chan os.Signal, 8), echoes: echoes{of: map[os.Signal]*echo{}}}
		l.caught <- os.Interrupt
		l.next()
		begun := time.Now()
		go func() {
			time.Sleep(50 * time.Millisecond)
			l.caught <- os.Interrupt
		}()
		l.settle()
		if took := time.Since(begun); took < 100*time.Millisecond || took > echoAtMost+echoTurn || len(l.caught) != 0 {
			t.Errorf("it waits for %v, and %d signals wait", took, len(l.caught))
		}
	})
}
