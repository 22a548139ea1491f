//go:build linux

package main

import (
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

// TestKilledBeforeTheRename checks that the next run removes the temporary of a symlink or FIFO. Nobody can lock
// these; here their times are in the future, too.
func TestKilledBeforeTheRename(t *testing.T) {
	for _, name := range []string{"link", "fifo"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			must(t, os.Symlink("nowhere", p.src+"/link"))
			must(t, syscall.Mkfifo(p.src+"/fifo", 0o600))
			setLinkTime(t, p.src+"/"+name, time.Now().Add(24*time.Hour))
			flags := []string{"-e", "trace=renameat2", "-e", "inject=renameat2:signal=KILL:when=1"}
			start(t, p, p.traced(t, flags, p.childArgs("copy", []string{"--archive=true"}, name)...)).status()
			if left := p.leftovers(t); len(left) != 1 {
				t.Fatalf("the killed child left %q, want one temporary", left)
			}
			start(t, p, p.copy("--archive")).wants(0)
			p.complete(t)
		})
	}
}

// TestLockRefused checks that a copy leaves no temporary when the kernel refuses a lock that nobody holds.
func TestLockRefused(t *testing.T) {
	p := newPlace(t)
	must(t, os.WriteFile(p.src+"/f", noise(100, 1), 0o600))
	flags := []string{"-e", "trace=flock", "-e", "inject=flock:error=EAGAIN:when=1"}
	start(t, p, p.traced(t, flags, p.childArgs("copy", []string{"--durable=true"}, "f")...)).wants(0)
	refused := slices.DeleteFunc(p.calls(t), func(c call) bool { return !c.injected() })
	if len(refused) == 0 {
		t.Error("no lock was refused")
	}
	if len(refused) == 1 { // else the child changed its thread, and strace counted anew
		p.complete(t)
	}
}
