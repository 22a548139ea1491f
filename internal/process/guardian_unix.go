//go:build unix

package process

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// guardian is the parent's side of the child that outlives it by a moment to
// end what the parent's daemons leave. They talk over the guardian's standard
// input, one line a message, each written in one piece (pipe(7): up to PIPE_BUF):
//
//	"+PID"       from a daemon child, before its target runs: its group is to be ended with the parent
//	"-PID"       from the parent, before it reaps that child: no longer
//	end of file  no parent any more (and no daemon that has yet to register): SIGKILL to each group left
type guardian struct {
	file    *os.File // the end for writing; a daemon child inherits it and closes it once registered
	cmd     *exec.Cmd
	started time.Time
	ended   chan struct{} // closed when the guardian is a zombie
}

// newGuardian starts a guardian and registers the daemons among the children,
// whose guardian may have been killed. When that happens to this one, lost is called.
func newGuardian(w *watcher, children []*Process, lost func(*guardian)) (*guardian, error) {
	r, file, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	g := &guardian{file: file, started: time.Now(), ended: make(chan struct{})}
	g.cmd = &exec.Cmd{
		Path:        executable(),
		Args:        []string{os.Args[0], guardianCommand, fmt.Sprintf("--parent=%d", os.Getpid())},
		Dir:         "/", // so that it keeps no file system busy
		Stdin:       r,
		SysProcAttr: ownGroup(),
	}
	if err := g.cmd.Start(); err != nil {
		file.Close()
		return nil, err
	}
	w.watch(g.cmd, func() {
		close(g.ended)
		lost(g)
	})
	for _, p := range children {
		if p.daemon && !p.left {
			g.enter(p.pid)
		}
	}
	return g, nil
}

// bury reaps a guardian that has ended before its time. It tells whether it is
// worth another: not if it did not live for a moment even.
func (g *guardian) bury() (another bool) {
	reapState(g.cmd.Process, g.cmd)
	g.file.Close()
	return time.Since(g.started) > 10*time.Millisecond
}

// enter registers a daemon from the parent's side.
func (g *guardian) enter(pid int) { register(g.file, pid) }

// register has the group of pid ended with the parent.
func register(guardian io.Writer, pid int) {
	// It fails only when the guardian was killed; PDEATHSIG still holds the child itself then.
	_, _ = fmt.Fprintf(guardian, "+%d\n", pid)
}

func (g *guardian) leave(pid int) {
	if g != nil {
		_, _ = fmt.Fprintf(g.file, "-%d\n", pid)
	}
}

// dismiss ends the guardian and waits for that.
func (g *guardian) dismiss() {
	if g == nil {
		return
	}
	g.file.Close()
	select {
	case <-g.ended:
	case <-time.After(killGrace): // stopped, perhaps
		_ = g.cmd.Process.Kill()
		<-g.ended
	}
	reapState(g.cmd.Process, g.cmd)
}

// join is what a daemon child does first: from then on its group ends with the parent.
func joinGuardian(guardian *os.File) error {
	register(guardian, os.Getpid())
	return guardian.Close()
}

// guard is the guardian's program.
func guard(messages io.Reader) {
	// Whoever signals all processes of this name, or the terminal's group, wants
	// the parent to end; the guardian then has its work still before it.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP)
	groups := map[int]group{}
	lines := bufio.NewScanner(messages)
	for lines.Scan() {
		line := lines.Text()
		pid, err := strconv.Atoi(line[min(1, len(line)):])
		if err != nil || pid <= 1 { // never kill(-1): that is everybody
			continue
		}
		switch line[0] {
		case '+':
			groups[pid] = openGroup(pid)
		case '-':
			groups[pid].close()
			delete(groups, pid)
		}
	}
	for _, g := range groups {
		g.kill()
	}
}
