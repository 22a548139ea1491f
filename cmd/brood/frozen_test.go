//go:build linux

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/testenv"
)

// freezer is a file system that a test can freeze. A process that writes to it is then in state D, where no signal has
// an effect.
type freezer struct {
	*testing.T
	dir string
}

// newFreezer mounts a file system at dir. It thaws and unmounts it at the end of the test.
func newFreezer(t *testing.T, p place, dir string) freezer {
	t.Helper()
	needsRoot(t, "to mount a file system")
	for _, program := range []string{"mkfs.ext4", "mount", "fsfreeze"} {
		needs(t, program)
	}
	image := p.dir + "/image"
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 2*bigSize))
	must(t, os.MkdirAll(dir, 0o755))
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil {
		t.Skipf("needs ext4: %v, %s", err, out)
	}
	if out, err := exec.Command("mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("needs kernel: loop mount: %v, %s", err, out)
	}
	f := freezer{t, dir}
	t.Cleanup(func() {
		_ = exec.Command("fsfreeze", "-u", dir).Run() // fails unless it is still frozen
		p.endAll()
		unmount(t, dir)
	})
	return f
}

// set freezes the file system with "-f" and thaws it with "-u".
func (f freezer) set(flag string) {
	f.Helper()
	if out, err := exec.Command("fsfreeze", flag, f.dir).CombinedOutput(); err != nil {
		f.Fatalf("fsfreeze %s: %v, %s", flag, err, out)
	}
}

// brood ends although a child does not react to SIGKILL. It reports the child as abandoned, and its file as failed.
func TestChildThatCannotBeKilled(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	f := newFreezer(t, p, p.dst)
	r := start(t, p, p.copySlowly("--jobs=1"))
	held := r.hold(1)
	f.set("-f")
	goOn(held)
	c := held[0]
	if !eventually(func() bool { return strings.Contains(threads(c.pid), "D") }) {
		t.Fatalf("threads of the child in states %q, want one in D", threads(c.pid))
	}
	w := way{signal: syscall.SIGINT}
	w.ask(r, drains)
	w.ask(r, terminates)
	w.ask(r, kills)
	select {
	case <-r.ended:
	case <-time.After(testenv.Patience):
		t.Fatalf("no end within %v; stderr:\n%s", testenv.Patience, r.stderr())
	}
	if got := r.cmd.ProcessState; got.ExitCode() != 130 {
		t.Errorf("%v, want exit status 130; stderr:\n%s", got, r.stderr())
	}
	r.says("child abandoned: name=copy-1")
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "big-1" {
		t.Errorf("failed: %+v, want only big-1", failed)
	}
	f.set("-u")
	if !eventually(func() bool { return strings.Trim(threads(c.pid), "ZX") == "" }) {
		t.Errorf("threads of the child in states %q after the thaw, want it ended", threads(c.pid))
	}
}
