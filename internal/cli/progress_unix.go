//go:build unix

package cli

import (
	"os"
	"os/signal"
)

// hasTERM says that a terminal which can move the cursor is named in TERM.
const hasTERM = true

// notifyAsked has c hear of who asks where the run stands.
func notifyAsked(c chan<- os.Signal) { signal.Notify(c, asking...) }
