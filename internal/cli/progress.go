package cli

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/term"

	"brood/internal/status"
	"brood/internal/view"
)

// progressMode is when it is shown where a run stands.
type progressMode string

const (
	progressAuto   progressMode = "auto"
	progressAlways progressMode = "always"
	progressNever  progressMode = "never"
)

func parseProgress(s string) (progressMode, error) {
	switch m := progressMode(s); m {
	case progressAuto, progressAlways, progressNever:
		return m, nil
	}
	return "", fmt.Errorf("progress %q: want auto, always or never", s)
}

const (
	drawEvery = 200 * time.Millisecond // on a terminal: as often as a child tells of its progress
	sayEvery  = 10 * time.Second       // elsewhere, in the log
)

// progress is where a run stands, shown as long as it runs: on a terminal below the log,
// elsewhere in it; and to whoever asks by a signal.
//
//	events ─▶ status.Fold ◀─ the story's footer, on a terminal
//	                      ◀─ say: each 10 s, where it is to be shown elsewhere; at SIGUSR1
type progress struct {
	status *status.Fold
	view   view.Progress
	story  *view.Queue
	footer *view.Footer // nil where there is none
	lines  bool         // in the log

	asked chan os.Signal
	done  chan struct{}
	ended chan struct{}
}

func showProgress(opts options, std Streams, story *view.Queue) *progress {
	p := &progress{
		status: &status.Fold{}, story: story,
		asked: make(chan os.Signal, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	_, isTerminal := terminal(std.Err)
	wanted := opts.progress == progressAlways || opts.progress == progressAuto && isTerminal && !opts.quiet && !opts.dryRun
	switch {
	case wanted && isTerminal:
		p.view.Color = os.Getenv("NO_COLOR") == ""
		p.footer = &view.Footer{
			Draw:  p.frame,
			Size:  func() (columns, rows int) { return sizeOf(std.Err) },
			Every: drawEvery,
		}
		story.SetFooter(p.footer)
	case wanted && opts.progress == progressAlways:
		p.lines = true
	}
	log := opts.log
	log.Level = hclog.Info // who asks is answered, with --quiet too
	go p.watch(hclog.New(&log))
	return p
}

// terminal is the file behind w, if that is a terminal on which the cursor can be moved.
func terminal(w io.Writer) (*os.File, bool) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil, false
	}
	kind := os.Getenv("TERM")
	return file, kind != "dumb" && (kind != "" || !hasTERM)
}

// sizeOf is that of the terminal behind w; 0 where there is none.
func sizeOf(w io.Writer) (columns, rows int) {
	if file, ok := w.(*os.File); ok {
		columns, rows, _ = term.GetSize(int(file.Fd()))
	}
	return columns, rows
}

// listen has the run answer who asks by a signal, from when it can be signalled at all.
func (p *progress) listen() { notifyAsked(p.asked) }

// wanted tells whether it is shown, for which it has to be known how much there is to do.
func (p *progress) wanted() bool { return p.footer != nil || p.lines }

func (p *progress) watch(log hclog.Logger) {
	defer close(p.ended)
	var ticks <-chan time.Time
	if p.lines {
		t := time.NewTicker(sayEvery)
		defer t.Stop()
		ticks = t.C
	}
	for {
		select {
		case <-p.done:
			return
		case <-ticks:
			p.say(log, false)
		case <-p.asked:
			p.say(log, true)
		}
	}
}

func (p *progress) frame(columns, rows int) (text string) {
	p.status.Look(func(s *status.Standing) { text = p.view.Frame(s, time.Now(), columns, rows) })
	return text
}

func (p *progress) say(log hclog.Logger, children bool) {
	p.status.Look(func(s *status.Standing) { view.Say(log, s, time.Now(), children) })
}

// end removes it from the terminal, before what comes after the run.
func (p *progress) end() {
	signal.Stop(p.asked)
	close(p.done)
	<-p.ended
	p.story.SetFooter(nil)
}
