package view

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"brood/internal/command"
	"brood/internal/event"
)

// Joblog writes a line for each command that has ended, in the format of GNU parallel: columns with tabs between them,
// times in seconds. Signal is the number of the signal that ended the command; then Exitval is 0. Of several attempts
// it has the last that was started. The columns Send and Receive are always 0.
type Joblog struct {
	w    io.Writer
	host string
	runs map[string]*jobRun // by name, which all attempts of a command share
	err  error
}

// jobRun is a command that has no line yet.
type jobRun struct{ started, exited event.Event }

// joblogHeader is the first line of a joblog.
const joblogHeader = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"

// NewJoblog makes a joblog. If it continues one, it has the header already.
func NewJoblog(w io.Writer, continues bool) *Joblog {
	host, _ := os.Hostname()
	j := &Joblog{w: w, host: host, runs: map[string]*jobRun{}}
	if !continues {
		_, j.err = io.WriteString(w, joblogHeader)
	}
	return j
}

// Read takes each event of the run.
func (j *Joblog) Read(e event.Event) {
	run := j.runs[e.Name]
	switch e.Kind {
	case event.Started:
		if e.Task != "" {
			return // a task of a cluster is no command
		}
		j.runs[e.Name] = &jobRun{started: e}
	case event.Exited:
		if run != nil {
			run.exited = e
		}
	case event.Ran, event.Failed:
		if run != nil && run.exited.ExitCode != nil {
			j.write(run.started, run.exited, e.Kind == event.Failed)
		}
		delete(j.runs, e.Name)
	}
}

func (j *Joblog) write(started, exited event.Event, failed bool) {
	code, signal := *exited.ExitCode, 0
	switch {
	case code < 0:
		code, signal = 0, -code
	case code == 0 && failed: // it took too long, or its output is incomplete
		code = -1 // as GNU parallel has it
	}
	began := float64(started.Time.UnixMicro())/1e6 - started.Duration
	host := cmp.Or(started.Node, j.host)
	_, err := fmt.Fprintf(j.w, "%d\t%s\t%.3f\t%10.3f\t0\t0\t%d\t%d\t%s\n", started.Seq, host, began,
		exited.Duration, code, signal, JoblogCommand(started.Command))
	if j.err == nil {
		j.err = err
	}
}

// JoblogCommand returns a command as a joblog has it: as one line that a shell understands.
func JoblogCommand(argv []string) string {
	line := command.Quote(argv)
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(line)
}

// Err returns the first error of a write.
func (j *Joblog) Err() error { return j.err }
