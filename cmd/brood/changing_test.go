//go:build linux

package main

import (
	"os"
	"testing"

	"brood/internal/event"
)

// When a source file changes during its copy, only that copy fails.
func TestSourceChangesAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(big string) error{
		"grows":   func(big string) error { return os.Truncate(big, bigSize+1) },
		"shrinks": func(big string) error { return os.Truncate(big, 5) },
		"is gone and there again": func(big string) error {
			if err := os.Remove(big); err != nil {
				return err
			}
			return os.WriteFile(big, []byte("another"), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 1)
			p.small(t, 5, 1000)
			r := start(t, p, p.copySlowly("--jobs=1"))
			held := r.hold(1)
			must(t, change(p.src+"/big-1"))
			goOn(held)
			<-r.ended
			failed := r.of(event.Failed)
			switch code := r.cmd.ProcessState.ExitCode(); {
			case name == "is gone and there again" && code == 0: // the open file was copied whole
				p.without(t, "big-1")
			case code != 1 || len(failed) != 1 || failed[0].File != "big-1":
				t.Errorf("exit status %d, failed: %+v; want status 1 and only big-1 failed", code, failed)
			}
			p.equal(t, "big-1")
			wantNextRun(t, p)
		})
	}
}
