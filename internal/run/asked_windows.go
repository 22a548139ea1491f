package run

import "os"

// notifyAsked does nothing: Windows has no signal that asks for the progress.
func notifyAsked(chan<- os.Signal) {}
