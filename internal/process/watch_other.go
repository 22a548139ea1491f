//go:build !linux

package process

import (
	"os"
	"os/exec"
)

// ReapsAtOnce tells that an ended child is no zombie until it is asked for.
const ReapsAtOnce = true

// watcher waits for each child with a goroutine, which costs a thread for each,
// and reaps it at once: there is no pidfd here, and a wait that leaves the
// zombie is not portable.
type watcher struct{}

func newWatcher() (*watcher, error) { return &watcher{}, nil }

func (w *watcher) stop() {}

func (w *watcher) watch(cmd *exec.Cmd, ended func()) {
	go func() {
		_ = cmd.Wait() // its error repeats the state
		ended()
	}()
}

func reapState(_ *os.Process, cmd *exec.Cmd) *os.ProcessState { return cmd.ProcessState }
