//go:build linux

package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/testenv"
)

// way is a way to ask a run to end.
type way struct {
	name   string
	keys   string // keys to type at the terminal
	signal syscall.Signal
	status int
}

var ways = []way{
	{"Ctrl-C", "\x03", 0, 130},
	{"SIGTERM", "", syscall.SIGTERM, 143},
	{"SIGHUP", "", syscall.SIGHUP, 129},
}

const (
	drains     = "the running ones are waited for"
	terminates = "the running children are terminated"
	kills      = "the running children are killed"
)

// start starts a copy of four big files with two children, and holds both.
func (w way) start(t *testing.T, flags ...string) (*run, []child) {
	t.Helper()
	p := newPlace(t)
	p.big(t, 4)
	cmd := p.copySlowly(append(flags, "--jobs=2")...)
	var r *run
	if w.keys != "" {
		r = startInTerminal(t, p, cmd)
	} else {
		r = start(t, p, cmd)
	}
	return r, r.hold(2)
}

// ask asks the run to end once more, and waits until stderr has the answer.
func (w way) ask(r *run, how string) {
	r.Helper()
	r.apart()
	if w.keys != "" {
		r.types(w.keys)
	} else {
		r.signal(w.signal)
	}
	r.says(how)
}

// apart waits until brood counts a further signal as a new one, and not as an echo of the last. The time runs from the
// answer to that one: on a busy machine brood may read a signal long after it was sent.
func (r *run) apart() {
	const apart = 600 * time.Millisecond // with a CPU of its own, brood needs 0.1 s
	time.Sleep(time.Until(r.answered.Add(apart)))
}

// together sends the signals, and tells whether it took less than 50 ms.
func (r *run) together(signals ...syscall.Signal) bool {
	r.Helper()
	r.apart()
	began := time.Now()
	for _, sig := range signals {
		r.signal(sig)
	}
	return time.Since(began) < 50*time.Millisecond
}

// brood counts equal signals at one moment as one, and different signals as two.
func TestSignalsAtOneMoment(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, c := range []struct {
		name  string
		flags []string
		first []syscall.Signal
		says  []string // after the first signals, and after one more
	}{
		{"SIGTERM twice", nil, []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM}, []string{drains, terminates}},
		{"SIGINT four times", nil, []syscall.Signal{syscall.SIGINT, syscall.SIGINT, syscall.SIGINT, syscall.SIGINT},
			[]string{drains, terminates}},
		{"of daemons", []string{"--daemon"}, []syscall.Signal{syscall.SIGHUP, syscall.SIGHUP},
			[]string{terminates, kills}},
		{"SIGINT and SIGTERM", nil, []syscall.Signal{syscall.SIGINT, syscall.SIGTERM},
			[]string{drains, terminates, kills}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := way{status: 128 + int(c.first[0]), signal: c.first[0]}
			r, held := w.start(t, c.flags...)
			for tries := 1; !r.together(c.first...); tries++ {
				if tries == 20 {
					t.Fatal("this machine is too busy to send signals within 50 ms")
				}
				r.end()
				r, held = w.start(t, c.flags...)
			}
			last := len(c.says) - 1
			for _, how := range c.says[:last] {
				r.says(how)
			}
			w.ask(r, c.says[last])
			goOn(held)
			r.wants(w.status)
			if n := len(r.of(event.Stopping)); n != len(c.says) {
				t.Errorf("%d signals counted, want %d; stderr:\n%s", n, len(c.says), r.stderr())
			}
		})
	}
}

// After the first signal brood starts no child, and waits for the running ones.
func TestFirstSignalDrains(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			r, held := w.start(t)
			before := len(r.of(event.Started))
			w.ask(r, drains)
			goOn(held)
			r.wants(w.status)
			if started := r.of(event.Started); len(started) != before {
				t.Errorf("%d children started, want the %d from before the signal", len(started), before)
			}
			files := r.complete(t)
			for _, c := range held {
				if !slices.Contains(files, c.file()) {
					t.Errorf("at the destination: %q, want also %q", files, c.file())
				}
			}
		})
	}
}

// The second signal terminates the running children, which leave no temporaries.
func TestSecondSignalTerminates(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			r, held := w.start(t)
			w.ask(r, drains)
			w.ask(r, terminates)
			goOn(held)
			r.wants(w.status)
			r.complete(t)
		})
	}
}

// With --daemon the first signal terminates the children, which leave no temporaries.
func TestFirstSignalTerminatesDaemons(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			r, held := w.start(t, "--daemon")
			w.ask(r, terminates)
			goOn(held)
			r.wants(w.status)
			r.complete(t)
			if strings.Contains(r.stderr(), drains) {
				t.Errorf("brood has waited for daemons, want them terminated at once; stderr:\n%s", r.stderr())
			}
		})
	}
}

// After the first signal, brood says that one more kills the daemons. The next signal kills them.
func TestSecondSignalKillsDaemons(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			r, _ := w.start(t, "--daemon")
			w.ask(r, terminates+"; once more kills them")
			w.ask(r, kills)
			r.wants(w.status)
			r.wholeFiles(t)
		})
	}
}

// The third signal kills the children, also stopped ones. The next run removes their temporaries.
func TestThirdSignalKills(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			r, held := w.start(t)
			w.ask(r, drains)
			w.ask(r, terminates)
			w.ask(r, kills)
			r.wants(w.status)
			r.wholeFiles(t)
			if n := len(r.leftovers(t)); n != len(held) {
				t.Errorf("%d temporaries, want one of each of %d killed children", n, len(held))
			}
			next := start(t, r.place, r.copy())
			next.wants(0)
			next.equal(t)
		})
	}
}

// brood ignores SIGHUP when its caller does, as nohup does.
func TestIgnoredHangup(t *testing.T) {
	t.Parallel()
	needs(t, "sh")
	p := newPlace(t)
	p.big(t, 3)
	cmd := p.copySlowly("--jobs=2")
	cmd.Args[0] = p.installed(t)
	cmd.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh"}, cmd.Args...)
	cmd.Path, _ = exec.LookPath("sh")
	r := start(t, p, cmd)
	held := r.hold(1)
	r.signal(syscall.SIGHUP)
	goOn(held)
	r.wants(0)
	p.equal(t)
	if strings.Contains(r.stderr(), "SIGHUP") {
		t.Errorf("stderr names an ignored SIGHUP:\n%s", r.stderr())
	}
}

// GNU timeout sends a signal to its child, and then one to its group, which includes the child. brood counts both as
// one.
func TestTimeoutIsOneSignal(t *testing.T) {
	testenv.Long(t)
	needs(t, "timeout")
	needs(t, "strace")
	w := way{status: 143, signal: syscall.SIGTERM}
	for tries := 1; ; tries++ {
		p := newPlace(t)
		p.big(t, 3)
		cmd := p.copySlowly("--jobs=2")
		cmd.Args[0] = p.installed(t)
		traced := []string{"strace", "-ttt", "-o", p.dir + "/kills", "-e", "trace=kill", "timeout", "600"}
		cmd.Args = append(traced, cmd.Args...)
		cmd.Path, _ = exec.LookPath("strace")
		r := start(t, p, cmd)
		r.says("parent started")
		begun := r.of(event.Begun)[0]
		r.pid = begun.PID
		held := r.hold(2)
		r.apart()
		must(t, syscall.Kill(begun.PPID, syscall.SIGTERM)) // timeout passes it on, as when its time is over
		r.says(drains)
		if sent := r.sent("SIGTERM"); sent > 50*time.Millisecond && tries < 20 {
			t.Logf("timeout took %v to send its two signals", sent)
			r.end()
			continue
		}
		w.ask(r, terminates)
		goOn(held)
		r.wants(w.status)
		if n := len(r.of(event.Stopping)); n != 2 {
			t.Errorf("%d signals counted, want 2; stderr:\n%s", n, r.stderr())
		}
		return
	}
}

// sent returns the time between the two signals that a traced process has sent.
func (r *run) sent(signal string) time.Duration {
	r.Helper()
	var at []float64
	if !eventually(func() bool {
		at = nil
		for line := range strings.Lines(r.read("/kills")) {
			var seconds float64
			n, _ := fmt.Sscan(line, &seconds)
			if n == 1 && strings.Contains(line, "kill(") && strings.Contains(line, signal+")") {
				at = append(at, seconds)
			}
		}
		return len(at) == 2
	}) {
		r.Fatalf("timeout has sent these signals, want %s twice:\n%s", signal, r.read("/kills"))
	}
	return time.Duration((at[1] - at[0]) * float64(time.Second))
}
