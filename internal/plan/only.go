package plan

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"brood/internal/event"
)

// Only is a choice of names: those that a recorded run has not copied. They are
// in memory all at once. The walk enters no folder but those that lead to one of
// them, so that it finds hard links among them alone; what was to be linked to a
// name that is done is copied by itself, until a run for all links it.
type Only struct {
	Source, Dest string // of that run

	// Partial says that the run was ended early, by a signal or a death: there
	// may be names that it never came to, and of these the record knows nothing.
	Partial bool

	names *choice
}

// chosen is what is chosen in a folder, by its base name.
type choice struct {
	all bool // it, and whatever is below
	in  map[string]*choice
}

// Failed reads a run's record and chooses the names that failed in it and were not
// copied, linked, made or verified later on. A folder that failed stands for all
// that is below it. Where the record ends before the run did, names with which a
// child had begun count as failed; such a child may have had more, of which
// the record knows nothing either.
func Failed(record io.Reader) (*Only, error) {
	r := recorded{open: map[string]nameState{}}
	events := event.NewReader(record)
	for line := 1; ; line++ {
		e, err := events.Next()
		if err == nil {
			err = r.apply(e)
		}
		var noEvent *event.SyntaxError
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF: // half a line is how a run ends that was killed
			return r.only()
		case errors.As(err, &noEvent) && !r.begun:
			return nil, errNoRun
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// ReadFailed is Failed of the record with that name. When reading it has had no
// answer for so long as stall (0: for ever), that is the error.
func ReadFailed(name string, stall time.Duration) (*Only, error) {
	return inTime(stall, func(p *pulse) (*Only, error) {
		p.askFor("record", name)
		file, err := os.Open(name)
		if err != nil {
			return nil, problem("record", name, err)
		}
		defer file.Close()
		only, err := Failed(partly{file, p})
		if err != nil {
			return nil, problem("record", name, err)
		}
		return only, nil
	})
}

// partly is a record of which each read is an answer.
type partly struct {
	io.Reader
	pulse *pulse
}

func (f partly) Read(b []byte) (int, error) {
	f.pulse.partly()
	return f.Reader.Read(b)
}

var errNoRun = errors.New("no record of a run of brood copy")

// mark is what a record has said of a name so far.
type nameState int

const (
	begun   nameState = iota // a child is at it
	failed                   // it could not be copied
	unknown                  // the parent could not read it: a folder is made all the same, which is no cure
)

// recorded folds a record. It keeps what failed and what is under way.
type recorded struct {
	Only
	begun, finished bool
	open            map[string]nameState
}

func (r *recorded) apply(e event.Event) error {
	was, open := r.open[e.File]
	switch e.Kind {
	case event.Begun:
		if err := event.CheckVersion(e); err != nil {
			return err
		}
		if e.Source != "" && !e.DryRun && !e.Verify {
			r.begun, r.finished, r.Source, r.Dest = true, false, e.Source, e.Dest
		}
	case event.Started, event.Progress:
		if !open {
			r.open[e.File] = begun
		}
	case event.Failed:
		r.open[e.File] = failed
		if e.Name == "" {
			r.open[e.File] = unknown
		}
	case event.Copied, event.Linked, event.Verified:
		delete(r.open, e.File)
	case event.Made:
		if was != unknown {
			delete(r.open, e.File)
		}
	case event.Skipped:
		if was == begun {
			delete(r.open, e.File)
		}
	case event.Stopping:
		r.Partial = true
	case event.Finished:
		r.finished = true
	}
	return nil
}

func (r *recorded) only() (*Only, error) {
	if !r.begun {
		return nil, errNoRun
	}
	r.Partial = r.Partial || !r.finished
	r.Only.names = &choice{}
	for name, state := range r.open {
		if name == "" || state == begun && r.finished {
			continue
		}
		if !isInside(name) {
			return nil, fmt.Errorf("file %q: is no name in a folder", name)
		}
		r.Only.names.choose(name)
	}
	return &r.Only, nil
}

// isInside tells whether a name is one in a folder, or the folder itself.
func isInside(name string) bool {
	return name == path.Clean(name) && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../")
}

func (c *choice) choose(name string) {
	if name != "." {
		for base := range strings.SplitSeq(name, "/") {
			if c.in == nil {
				c.in = map[string]*choice{}
			}
			if c.in[base] == nil {
				c.in[base] = &choice{}
			}
			c = c.in[base]
		}
	}
	c.all = true
}

// Empty tells that the run has failed at nothing.
func (o *Only) Empty() bool { return !o.names.all && len(o.names.in) == 0 }

// top is what is chosen; nil for all.
func (o *Only) top() *choice {
	if o == nil {
		return nil
	}
	return o.names.below()
}

// below is what is chosen in the folder; nil for all.
func (c *choice) below() *choice {
	if c.all {
		return nil
	}
	return c
}

func (c *choice) bases() []string { return slices.Sorted(maps.Keys(c.in)) }

// chosen goes on with those of the base names that are chosen in the folder. It
// asks for each one, and so sees what has gone.
func (w *walk) chosen(f *folder, bases ...string) {
	for _, base := range bases {
		c := f.only.in[base]
		name := path.Join(f.name, base)
		if c == nil || w.ctx.Err() != nil || w.filter.excludes(name) {
			continue
		}
		info, err := w.source.lstat(name)
		if err == nil && !c.all && !info.IsDir() {
			err = syscall.ENOTDIR // what was in it has gone
		}
		switch {
		case err != nil:
			w.gone(name, c, err)
		case info.IsDir() || w.filter.includes(name):
			w.found(name, info, f, c.below())
		}
	}
}

// gone says of each chosen name that it cannot be copied; whether it was a file or
// a folder nobody knows any more, so that include says nothing about it.
func (w *walk) gone(name string, c *choice, err error) {
	if c.all {
		w.failed(name, "stat", err)
		return
	}
	for _, base := range c.bases() {
		if below := path.Join(name, base); !w.filter.excludes(below) {
			w.gone(below, c.in[base], err)
		}
	}
}
