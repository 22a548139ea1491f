//go:build unix

package run

import (
	"os"
	"os/signal"
)

// notifyAsked sends c the signals that ask for the progress.
func notifyAsked(c chan<- os.Signal) { signal.Notify(c, asking...) }
