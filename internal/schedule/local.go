package schedule

import (
	"fmt"
	"os"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
)

// Local starts each job as a child process of this one.
type Local struct {
	// Config is the process for a job; Local adds what the model needs of it.
	Config func(plan.Job) process.Config

	// Name is what children of files are called: NAME-1, NAME-2 … in the order of
	// their start; those of folders and links are folders-1 …
	Name   string
	Daemon bool

	files, folders int
}

// Start is Engine's.
func (l *Local) Start(job plan.Job, emit event.Sink) (Child, error) {
	config := l.Config(job)
	config.Name = l.name(job)
	config.Daemon = &l.Daemon
	config.Stderr = new(lastWords)
	c := &localChild{process: process.New(config), limits: config.Limits, job: job, stderr: config.Stderr.(*lastWords), started: time.Now()}
	if err := c.process.Start(); err != nil {
		return nil, err
	}
	c.pid, _ = c.process.PID()
	l.count(job)
	emit(event.Event{Kind: event.Started, Name: config.Name, PID: c.pid, PPID: os.Getpid(), File: job.Names[0], Files: len(job.Names)})
	return c, nil
}

func (l *Local) name(job plan.Job) string {
	if job.Folders {
		return fmt.Sprintf("folders-%d", l.folders+1)
	}
	return fmt.Sprintf("%s-%d", l.Name, l.files+1)
}

func (l *Local) count(job plan.Job) {
	if job.Folders {
		l.folders++
	} else {
		l.files++
	}
}

// localChild is a child process under way.
type localChild struct {
	process *process.Process
	limits  process.Limits
	pid     int
	job     plan.Job
	stderr  *lastWords
	started time.Time
	bytes   int64
	sleep   process.Sleep // when it was abandoned
	noRoom  bool
}

// NoRoom is Child's.
func (c *localChild) NoRoom() bool { return c.noRoom }

// Sleep is Child's.
func (c *localChild) Sleep() process.Sleep { return c.process.Sleep() }

// Errors of these mean that the child has ended, which Follow sees by itself.
func (c *localChild) Terminate() { _ = c.process.Terminate() }
func (c *localChild) Kill()      { _ = c.process.Kill() }

func (c *localChild) Abandon() {
	c.sleep = c.process.Sleep()
	_ = c.process.Abandon()
	_ = c.process.Events().Close() // ends the reading of them
}

// Follow is Child's. Each name of the job gets one event that settles it: from the
// child, or, when the child ended before, a failure with the child's end as the reason.
func (c *localChild) Follow(emit event.Sink) {
	open := make(map[string]bool, len(c.job.Names))
	for _, name := range c.job.Names {
		open[name] = true
	}
	c.relay(open, emit)
	c.settle(open, emit)
	_ = c.process.Close()
}

// settle emits the child's end, and that of the names that it has said nothing of.
func (c *localChild) settle(open map[string]bool, emit event.Sink) {
	why, killed := c.exited(emit)
	for _, name := range c.job.Names {
		if open[name] {
			emit(event.Event{Kind: event.Failed, Name: c.process.Name(), PID: c.pid, File: name, Error: why, Transient: killed})
		}
	}
}

// relay emits the child's events, with its name and PID, until the child has
// closed the pipe, and takes the names that are settled out of open. It waits where
// the stack is still small: there is one for each child, 8 KiB when Next waits.
func (c *localChild) relay(open map[string]bool, emit event.Sink) {
	events := event.NewReader(c.process.Events())
	for events.More() {
		c.relayNext(events, open, emit)
	}
}

func (c *localChild) relayNext(events *event.Reader, open map[string]bool, emit event.Sink) {
	e, err := events.Next()
	if err != nil {
		return // from whoever wrote to a descriptor that is not his; what is missing is found at the end
	}
	e.Name, e.PID = c.process.Name(), c.pid
	switch e.Kind {
	case event.Copied, event.Verified:
		c.bytes += e.Bytes
		delete(open, e.File)
	case event.Linked, event.Made, event.Differs, event.Skipped, event.Failed:
		delete(open, e.File)
	}
	emit(e)
}

// exited joins the child, emits its end, and says in words what that was, and whether
// somebody has killed it.
func (c *localChild) exited(emit event.Sink) (why string, killed bool) {
	e := event.Event{Kind: event.Exited, Name: c.process.Name(), PID: c.pid, File: c.job.Names[0],
		Bytes: c.bytes}
	err := c.process.Join()
	e.Duration = time.Since(c.started).Seconds()
	if err != nil {
		e.Error, e.State, e.WChan = err.Error(), c.sleep.State, c.sleep.Channel
		emit(e)
		return e.Error, false
	}
	exit, _ := c.process.Exit()
	e.ExitCode, e.Signal = &exit.Code, exit.Signal
	e.User, e.System, e.MaxRSS = exit.User.Seconds(), exit.System.Seconds(), exit.MaxRSS
	e.Stderr = c.stderr.String()
	c.noRoom = process.OutOfThreads(exit, e.Stderr)
	emit(e)
	killed = exit.Signal == "SIGKILL" || exit.Signal == "SIGTERM"
	return inWords(e.Name, exit, c.limits, e.Stderr), killed && c.limits.Reached(exit, e.Stderr) == ""
}

func inWords(name string, exit process.Exit, limits process.Limits, stderr string) string {
	if limit := limits.Reached(exit, stderr); limit != "" {
		return "its process was ended by its " + limit
	}
	why := fmt.Sprintf("its process ended with exit code %d", exit.Code)
	if exit.Signal != "" {
		why = "its process was ended by " + exit.Signal
	}
	// The first line says what was wrong; a trace may follow.
	line, _, _ := strings.Cut(strings.TrimPrefix(stderr, "Process "+name+":\n"), "\n")
	if line = strings.TrimSpace(line); line != "" {
		why += ": " + line
	}
	return why
}
