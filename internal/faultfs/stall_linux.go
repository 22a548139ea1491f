package faultfs

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// wait returns when the rule is removed, when a signal interrupts the request as the rule allows (EINTR), or
// when the file system ends (EIO).
func (f *Fault) wait(ctx context.Context) syscall.Errno {
	defer f.waited()
	signalled := ctx.Done()
	if f.rule.Stall == Uninterruptible {
		signalled = nil
	}
	var look <-chan time.Time
	for {
		select {
		case <-f.gone:
			return 0
		case <-f.table.ended:
			return syscall.EIO
		case <-signalled:
			if f.rule.Stall == Interruptible {
				return syscall.EINTR
			}
			// The kernel reports only the first signal. It may be any one, so look for SIGKILL.
			ticker := time.NewTicker(10 * time.Millisecond)
			defer ticker.Stop()
			signalled, look = nil, ticker.C
		case <-look:
		}
		if look != nil && killed(ctx) {
			return syscall.EINTR
		}
	}
}

func (f *Fault) waited() {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	f.stalled--
}

// killed reports whether the waiting thread must end. When a signal or an exit ends a process, the kernel
// makes SIGKILL pending for each of its threads.
func killed(ctx context.Context) bool {
	caller, ok := fuse.FromContext(ctx)
	if !ok {
		return false
	}
	status, err := os.ReadFile("/proc/" + strconv.Itoa(int(caller.Pid)) + "/status")
	if err != nil {
		return true
	}
	_, pending, _ := strings.Cut(string(status), "\nSigPnd:\t")
	pending, _, _ = strings.Cut(pending, "\n")
	signals, err := strconv.ParseUint(pending, 16, 64)
	return err == nil && signals&(1<<(syscall.SIGKILL-1)) != 0
}
