//go:build unix

package process_test

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"brood/internal/process"
)

// The rows of the table of differences in brood help process-model: how a child ends here and in Python.
func TestDifferencesToPython(t *testing.T) {
	caught := make(chan os.Signal, 1) // otherwise the children ignore it, if this process was started so
	signal.Notify(caught, syscall.SIGINT)
	defer signal.Stop(caught)
	for name, row := range map[string]struct {
		python string // what the target does
		code   string // Python's exit code
		said   string // the last line on Python's standard error
		config process.Config
		ours   int
		says   string
	}{
		"SIGINT":              {"signal.raise_signal(signal.SIGINT)", "1", "KeyboardInterrupt", raising(syscall.SIGINT), -2, ""},
		"a thread left":       {"threading.Thread(target=print, args=('joined',), kwargs={'file': sys.stderr}).start()", "0", "joined", process.Config{Target: "goroutine-left"}, 0, ""},
		"an exception in one": {"threading.Thread(target=lambda: 1/0).start()", "0", "ZeroDivisionError: division by zero", process.Config{Target: "panic-aside"}, 2, "panic: out of tune"},
		"exit with a text":    {"sys.exit('no such tune')", "1", "no such tune", process.Config{Target: "error", Name: "a"}, 1, "Process a:\nno such tune"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr strings.Builder
			row.config.Stderr = &stderr
			code := exitCode(t, start(t, row.config))
			if first, _, _ := strings.Cut(stderr.String(), "\n\n"); code != row.ours ||
				strings.TrimSpace(first) != row.says {
				t.Errorf("exit code %d, want %d; it says %q, want %q", code, row.ours, first, row.says)
			}
			python, err := exec.LookPath("python3")
			if err != nil {
				t.Skip("needs python3: ", err)
			}
			cmd := exec.Command(python, "-c",
				"import multiprocessing as m, signal, sys, threading, time\ndef f():\n "+row.python+"\n"+
					"p = m.get_context('fork').Process(target=f); p.start(); p.join(); print(p.exitcode)")
			stderr.Reset()
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if got := strings.TrimSpace(stderr.String()); err != nil ||
				strings.TrimSpace(string(out)) != row.code || got[strings.LastIndex(got, "\n")+1:] != row.said {
				t.Errorf("Python: %v, exit code %s, want %s; it says %q, want %q", err, out, row.code, got, row.said)
			}
		})
	}
}
