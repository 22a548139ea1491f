//go:build unix

package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// guardians are the parent's side of two processes. They outlive the parent by a moment, and end the
// descendants of its daemons. Nobody writes to a guardian, so a stopped one holds nobody up:
//
//	parent ── lifeline ──▶ guardian: end of file says that the parent is gone
//	daemon ── its time ──▶ list ◀── 0 ── parent, before it reaps that daemon
//	                        └─────▶ guardian, at the end: SIGKILL to each group in it
//	                                               then: SIGKILL to all that has the mark (endMarked)
//
// Each guardian does all of that. While the parent replaces a killed one, the other still watches.
type guardians struct {
	file     *os.File // the list; a daemon child inherits it, and closes it once registered
	lifeline *lifeline
	watcher  *watcher
	mark     string // of the daemons' environment
	dir      string // the guardians' working folder: the control group above the daemons', or /

	mu      sync.Mutex
	alive   []*guardian
	pause   time.Duration // before the next lost guardian is replaced
	retired bool          // no more are started
}

// guardian is one of the two.
type guardian struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it is reaped
}

const (
	// The pauses before a guardian is replaced that lived for less than the longest pause. A guardian that
	// cannot run must not keep the machine busy.
	shortestPause = 10 * time.Millisecond
	longestPause  = time.Second

	lifelineDescriptor, listDescriptor = 3, 4 // in a guardian

	markFlag = "--mark="
)

// newGuardians starts both. It fails only if the first does not start. The second is then tried again later.
func newGuardians(w *watcher, l *lifeline, mark, dir string) (*guardians, error) {
	file, err := newList()
	if err != nil {
		return nil, err
	}
	g := &guardians{file: file, lifeline: l, watcher: w, mark: mark, dir: dir}
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
		Args:        []string{os.Args[0], guardianCommand, fmt.Sprintf("--parent=%d", os.Getpid()), markFlag + g.mark},
		Dir:         g.dir,
		Env:         unmarked(environment(0)),
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

// unmarked removes the mark of a family above. When that family ends, this one's guardians still have work.
func unmarked(environ []string) []string {
	return slices.DeleteFunc(environ, func(e string) bool { return strings.HasPrefix(e, markKey) })
}

// lost is called when a guardian has ended. Unless it was retired, somebody killed it.
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

// replaceLater starts a guardian after the pause, and makes the next pause longer. The caller holds mu.
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

// join puts a daemon on the list that cannot do so itself.
func (g *guardians) join(daemon *os.Process) {
	_ = enlist(g.file, daemon.Pid, now()) // it fails only after dismiss
}

// leave takes a daemon off the list.
func (g *guardians) leave(pid int) {
	if g != nil {
		_ = enlist(g.file, pid, 0) // it fails only after dismiss
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
	kill := time.AfterFunc(killGrace, func() { // one may be stopped
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

// joinGuardian registers this daemon, before its target runs. From then on its group ends with the parent.
func joinGuardian(list *os.File) error {
	defer list.Close()
	return enlist(list, os.Getpid(), now())
}

// guard is the program of a guardian.
func guard(args []string) {
	// A signal to all processes of a name, or to the terminal's group, is meant for the parent. The guardian's
	// work comes after that.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP)
	unmarkLimit() // as in its environment
	parent := os.Getppid()
	list := received(listDescriptor, "list")
	if _, err := io.Copy(io.Discard, polled(lifelineDescriptor, "lifeline")); err != nil {
		return // the parent may be alive
	}
	endDaemons()
	_ = eachListed(list, killGroup)
	for _, arg := range args {
		if mark, ok := strings.CutPrefix(arg, markFlag); ok {
			endMarked(mark)
		}
	}
	removeDaemons(parent)
}
