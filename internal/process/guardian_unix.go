//go:build unix

package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"
)

// guardians are the parent's side of two processes that outlive it by a moment, to
// end what its daemons leave. Nobody writes to them, so a stopped one holds nobody up:
//
//	parent ── lifeline ──▶ guardian: end of file says that the parent is gone
//	daemon ── its time ──▶ list ◀── 0 ── parent, before it reaps that daemon
//	                        └─────▶ guardian, at the end: SIGKILL to each group in it
//
// Each of the two does all of that. While the parent replaces a killed guardian, the
// other one still watches.
type guardians struct {
	file     *os.File // the list; a daemon child inherits it and closes it once registered
	lifeline *lifeline
	watcher  *watcher
	dir      string // the folder they work in: the control group with the daemons', or /

	mu      sync.Mutex
	alive   []*guardian
	pause   time.Duration // before the next lost guardian is replaced
	retired bool          // no more are started
}

// guardian is one of them.
type guardian struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it was reaped
}

const (
	// The pauses between guardians that live for less than the longest pause. A guardian that cannot
	// run must not keep the machine busy.
	shortestPause = 10 * time.Millisecond
	longestPause  = time.Second

	lifelineDescriptor, listDescriptor = 3, 4 // a guardian's
)

// newGuardians starts both. It fails only if the first does not start; the second may come later.
func newGuardians(w *watcher, l *lifeline, dir string) (*guardians, error) {
	file, err := newList()
	if err != nil {
		return nil, err
	}
	g := &guardians{file: file, lifeline: l, watcher: w, dir: dir}
	if err := g.start(); err != nil {
		file.Close()
		return nil, err
	}
	g.replace()
	return g, nil
}

// start starts one more guardian.
func (g *guardians) start() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.retired {
		return nil
	}
	it := &guardian{ended: make(chan struct{}), cmd: &exec.Cmd{
		Path:        executable(),
		Args:        []string{os.Args[0], guardianCommand, fmt.Sprintf("--parent=%d", os.Getpid())},
		Dir:         g.dir,
		Env:         environment(),
		ExtraFiles:  []*os.File{g.lifeline.read, g.file},
		SysProcAttr: ownGroup(),
	}}
	if err := it.cmd.Start(); err != nil {
		return err
	}
	g.alive = append(g.alive, it)
	started := time.Now()
	g.watcher.watch(it.cmd, func() { g.lost(it, time.Since(started)) })
	return nil
}

// lost is called when a guardian has ended, which somebody has killed unless it was retired.
func (g *guardians) lost(it *guardian, lived time.Duration) {
	reapState(it.cmd.Process, it.cmd)
	close(it.ended)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.alive = slices.DeleteFunc(g.alive, func(other *guardian) bool { return other == it })
	if lived > longestPause {
		g.pause = 0
	}
	g.replaceLater()
}

// replaceLater has one started after the pause, which becomes longer. The caller holds mu.
func (g *guardians) replaceLater() {
	time.AfterFunc(g.pause, g.replace)
	g.pause = min(max(2*g.pause, shortestPause), longestPause)
}

func (g *guardians) replace() {
	if g.start() == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.replaceLater()
}

// leave takes a daemon off the list.
func (g *guardians) leave(pid int) {
	if g != nil {
		_ = enlist(g.file, pid, 0) // it fails only when all have been dismissed
	}
}

// retire has no guardian replaced any more. It comes before the lifeline is closed, which a replacement would
// inherit.
func (g *guardians) retire() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.retired = true
}

// dismiss waits until the guardians have ended, as they do when the lifeline is closed.
func (g *guardians) dismiss() {
	if g == nil {
		return
	}
	g.mu.Lock()
	alive := slices.Clone(g.alive)
	g.mu.Unlock()
	kill := time.AfterFunc(killGrace, func() { // stopped, perhaps
		for _, it := range alive {
			_ = it.cmd.Process.Kill()
		}
	})
	defer kill.Stop()
	for _, it := range alive {
		<-it.ended
	}
	g.file.Close()
}

// joinGuardian is what a daemon child does first: from then on its group ends with the parent.
func joinGuardian(list *os.File) error {
	defer list.Close()
	return enlist(list, os.Getpid(), now())
}

// guard is the guardian's program.
func guard() {
	// A signal to all processes of a name, or to the terminal's group, is meant for the
	// parent; the guardian's work begins after that.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP)
	parent := os.Getppid()
	list := received(listDescriptor, "list")
	if _, err := io.Copy(io.Discard, polled(lifelineDescriptor, "lifeline")); err != nil {
		return // the parent may be alive
	}
	endDaemons()
	_ = eachListed(list, killGroup)
	removeDaemons(parent)
}
