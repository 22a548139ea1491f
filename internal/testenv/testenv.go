// Package testenv makes tests independent of their caller: nohup, setsid, timeout, cron or a terminal, with any locale
// and umask. Only tests import it.
//
//	func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }
//
// If a test binary is also the program under test, its TestMain calls that first.
//
// On Linux, the processes and file systems of a test binary do not outlive it when it is killed or times out. A
// process of its own, the sweeper, waits for the end of the test binary. It finds what is left by the mark of the
// test binary, which is an environment variable of each process and part of the source of each faultfs.
//
//	test binary ── pipe ─▶ sweeper     "done": all tests ran, nothing to do
//	     │                             end of file: SIGTERM to all with the mark, 10 s, SIGKILL, unmount
//	     └─▶ brood ─▶ children         all have the mark
package testenv

import (
	"os"
	"path"
	"sync"
	"testing"
	"time"
)

// Patience is the time that a test waits for something that must happen. It is longer than the slowest machine needs,
// and much shorter than the time limit of go test.
const Patience = 10 * time.Minute

// Tests runs the tests of a package, like testing.M.
type Tests struct{ m *testing.M }

// New prepares the process for the tests. It may replace the process by a new run of this binary, so call it first.
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

// long holds the names of the tests that have called Long.
var long sync.Map

// Long skips a test that takes long when go test has the flag -short.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: make check runs it")
	}
	long.Store(t.Name(), true)
}

// IsLong tells whether the test, or a test that it is a part of, has called Long.
func IsLong(t testing.TB) bool {
	for name := t.Name(); name != "."; name = path.Dir(name) {
		if _, ok := long.Load(name); ok {
			return true
		}
	}
	return false
}

// variables holds environment variables that a caller may have set, with the values that tests need; "" removes one.
var variables = map[string]string{
	"GORACE": "atexit_sleep_ms=0", // or else each process of a -race binary sleeps 1 s at its exit
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
