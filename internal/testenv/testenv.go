// Package testenv lets tests behave the same however they are called: under nohup,
// setsid or timeout, from cron or a terminal, with any locale and umask. Only tests
// import it.
//
//	func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }
//
// Where a test binary is also the program under test, TestMain runs that first.
//
// On Linux, processes that a test has started do not outlive a test binary that is
// killed or times out. A process of its own, the sweeper, waits for that and ends
// every process with the test binary's mark in its environment:
//
//	test binary ── pipe ─▶ sweeper     "done": all tests ran, nothing to do
//	     │                             end of file: SIGTERM to all with the mark, 10 s, SIGKILL
//	     └─▶ brood ─▶ children         all have the mark
package testenv

import (
	"os"
	"testing"
	"time"
)

// Patience is how long a test waits for something that must happen: longer than the
// slowest machine takes, and much less than the test's own time limit.
const Patience = 3 * time.Minute

// Tests are the tests of a package, as testing.M runs them.
type Tests struct{ m *testing.M }

// New prepares the process for the tests. It may run this binary again, so nothing
// else should have been done before.
func New(m *testing.M) Tests {
	prepare()
	return Tests{m}
}

// Run runs the tests and returns the exit status for os.Exit.
func (t Tests) Run() int {
	done := sweepAfter()
	status := t.m.Run()
	done()
	return status
}

// Long skips a test that takes long where the tests are wanted quickly (go test -short).
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: make check runs it")
	}
}

// variables are what a caller may have set and what the tests need instead; "" removes it.
var variables = map[string]string{
	"GORACE": "atexit_sleep_ms=0", // else each process of a -race binary sleeps 1 s at its exit
	"TERM":   "xterm-256color",

	"LC_ALL": "", "LC_CTYPE": "", "LC_COLLATE": "", "LC_MESSAGES": "", "LC_NUMERIC": "", "LC_TIME": "",
	"LANG": "", "LANGUAGE": "", "TZ": "", "COLUMNS": "", "LINES": "", "NO_COLOR": "", "GOMAXPROCS": "",
	"MAKEFLAGS": "", "MAKELEVEL": "", "MFLAGS": "",
}

func setVariables() {
	for name, value := range variables {
		if value == "" {
			os.Unsetenv(name)
		} else {
			os.Setenv(name, value)
		}
	}
}
