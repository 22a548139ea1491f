//go:build linux

package main

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// TestKilledBeforeTheRename: the next run sweeps what cannot be locked, also where its
// time lies in the future.
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
				t.Fatalf("it was killed, and left %q", left)
			}
			start(t, p, p.copy("--archive")).wants(0)
			p.complete(t)
		})
	}
}
