package cli

import "os"

const hasTERM = false

// Nobody asks: there is no signal for it.
func notifyAsked(chan<- os.Signal) {}
