package process

import "syscall"

// killedWithParent: PDEATHSIG ends a daemon here, and the guardian its group.
const killedWithParent = true

// defaultAction sets SIG_DFL. os/signal can't: for SIGSEGV and its like it puts
// the runtime's handler back, which exits with 2.
func defaultAction(sig syscall.Signal) {
	var byDefault, before sigaction
	swapAction(sig, &byDefault, &before)
}
