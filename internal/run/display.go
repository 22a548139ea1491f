package run

import (
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/status"
	"brood/internal/view"
)

// ProgressMode is when progress is shown.
type ProgressMode string

// The modes.
const (
	ProgressAuto   ProgressMode = "auto" // on a terminal, unless Spec.Quiet
	ProgressAlways ProgressMode = "always"
	ProgressNever  ProgressMode = "never"
)

// ParseProgress reads a mode.
func ParseProgress(s string) (ProgressMode, error) {
	switch m := ProgressMode(s); m {
	case ProgressAuto, ProgressAlways, ProgressNever:
		return m, nil
	}
	return "", fmt.Errorf("--progress %q: want auto, always or never", s)
}

const (
	drawEvery = lookEvery        // on a terminal
	logEvery  = 10 * time.Second // elsewhere
)

// display shows the progress of a run while it goes on.
//
//	status ─▶ a footer below the log, on a terminal
//	       ─▶ a line in the log: every 10 s with --progress always elsewhere, and on SIGUSR1
type display struct {
	run    *run
	view   view.Progress
	footer *view.Footer // nil for none
	lines  bool         // in the log

	terminal *os.File // where the log goes, nil for none
	moves    bool     // it can move the cursor

	asked chan os.Signal // SIGUSR1
	done  chan struct{}
	ended chan struct{}
}

func newDisplay(r *run) *display {
	d := &display{
		run: r, asked: make(chan os.Signal, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	d.terminal, d.moves = view.Terminal(r.std.Err)
	spec := r.spec
	wanted := spec.Progress == ProgressAlways ||
		spec.Progress == ProgressAuto && d.moves && !spec.Quiet && !spec.DryRun
	switch {
	case wanted && d.moves:
		d.view.Color = os.Getenv("NO_COLOR") == ""
		d.footer = &view.Footer{Draw: d.frame, Size: d.size, Shown: d.foreground, Every: drawEvery}
		r.log.queue.SetFooter(d.footer)
	case wanted && spec.Progress == ProgressAlways:
		d.lines = true
	}
	options := r.log.options
	options.Level = hclog.Info // SIGUSR1 is answered even with --quiet
	go d.watch(options)
	return d
}

// size returns the size of the terminal.
func (d *display) size() (columns, rows int) { return view.Size(d.run.std.Err) }

// foreground tells whether the terminal is ours now. After Ctrl-Z and bg it is the shell's.
func (d *display) foreground() bool { return d.terminal != nil && view.Foreground(d.terminal) }

// color tells whether the terminal may be sent colours now.
func (d *display) color() bool { return d.moves && os.Getenv("NO_COLOR") == "" && d.foreground() }

// mute tells whether a line would stop this process, as in the background after stty tostop. Only what is wrong is
// worth that.
func (d *display) mute() bool {
	return d.terminal != nil && view.StopsWriters(d.terminal) && !d.foreground()
}

// listen begins to answer SIGUSR1. Before, it has its usual effect.
func (d *display) listen() { notifyAsked(d.asked) }

// wanted tells whether progress is shown. Then the run must know how much there is to do.
func (d *display) wanted() bool { return d.footer != nil || d.lines }

func (d *display) watch(log hclog.LoggerOptions) {
	defer close(d.ended)
	var ticks <-chan time.Time
	if d.lines {
		t := time.NewTicker(logEvery)
		defer t.Stop()
		ticks = t.C
	}
	for {
		select {
		case <-d.done:
			return
		case <-ticks:
			d.say(log, false)
		case <-d.asked:
			d.say(log, true)
		}
	}
}

func (d *display) frame(columns, rows int) (text string) {
	d.run.status.Look(func(s *status.Standing) { text = d.view.Frame(s, time.Now(), columns, rows) })
	return text
}

func (d *display) say(log hclog.LoggerOptions, children bool) {
	d.run.status.Look(func(s *status.Standing) {
		if !d.run.spec.Table {
			view.Say(log, s, time.Now(), children)
			return
		}
		for _, line := range view.Said(s, time.Now(), children) {
			Note(log, hclog.Info, line)
		}
	})
}

// end removes the progress from the terminal.
func (d *display) end() {
	signal.Stop(d.asked)
	close(d.done)
	<-d.ended
	d.run.log.queue.SetFooter(nil)
}
