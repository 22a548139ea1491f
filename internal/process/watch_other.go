//go:build !linux

package process

import (
	"os"
	"os/exec"
)

// ReapsAtOnce tells whether an ended child is reaped at once, and is no zombie.
const ReapsAtOnce = true

// watcher waits for each child with a goroutine, which costs a thread for each, and reaps it at once. These
// systems have no pidfd, and no portable wait leaves the zombie.
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
