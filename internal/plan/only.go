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

// Only is a choice of names that a recorded run did not copy. All of them are in memory.
//
// The walk enters only the folders that lead to a chosen name, so it sees hard links only
// among the chosen names. A link to a name that is done is therefore copied as a file; a later
// run without Only makes it a link.
type Only struct {
	Sources []string // of that run
	Dest    string

	// Partial reports that a signal or a crash ended the run early. The record may then miss
	// names that the run had not reached.
	Partial bool

	names *choice
}

// choice is the choice in a folder, by base name.
type choice struct {
	all bool // the folder and everything below
	in  map[string]*choice
}

// Failed reads a run's record and chooses the names that failed and were not copied, linked,
// made or verified after that. A folder that failed stands for everything below it. If the
// record ends before the run, names that a child had begun count as failed. Such a child may
// have had further names, which the record does not mention.
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

// ReadFailed is Failed for the record with this file name. It is an error if reading has no
// answer for stall (0: no limit).
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

// partly is a record whose pulse counts each read as an answer.
type partly struct {
	io.Reader
	pulse *pulse
}

func (f partly) Read(b []byte) (int, error) {
	f.pulse.partly()
	return f.Reader.Read(b)
}

var errNoRun = errors.New("no record of a run of brood copy")

// nameState is the state of a name by the events of a record so far.
type nameState int

const (
	begun   nameState = iota // a child works on it
	failed                   // it could not be copied
	unknown                  // the parent could not read it: that a child makes the folder does not repair it
)

// recorded folds a record. It keeps the names that failed or are begun.
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
		if sources := e.Sources; !e.DryRun && !e.Verify {
			if e.Source != "" {
				sources = event.Paths{e.Source}
			}
			if len(sources) > 0 {
				r.begun, r.finished, r.Sources, r.Dest = true, false, sources, e.Dest
			}
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
			return nil, fmt.Errorf("file %q: is not a name inside a folder", name)
		}
		r.Only.names.choose(name)
	}
	return &r.Only, nil
}

// isInside reports whether name is a clean relative path that stays in its folder, or ".".
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

// Empty reports whether no name is chosen.
func (o *Only) Empty() bool { return !o.names.all && len(o.names.in) == 0 }

// top returns the choice in the source; nil for all names.
func (o *Only) top() *choice {
	if o == nil {
		return nil
	}
	return o.names.below()
}

// at returns the choice of a name in a folder; nil if it is not chosen. Without a choice all are.
func (c *choice) at(base string) *choice {
	if c == nil {
		return &choice{all: true}
	}
	return c.in[base]
}

// below returns the choice in the folder; nil for all names.
func (c *choice) below() *choice {
	if c.all {
		return nil
	}
	return c
}

func (c *choice) bases() []string { return slices.Sorted(maps.Keys(c.in)) }

// chosen walks those of the base names that are chosen in the folder. It stats each of them,
// and so notices names that are gone.
func (w *walk) chosen(f *folder, bases ...string) {
	for _, base := range bases {
		c := f.only.at(base)
		name := path.Join(f.name, base)
		if c == nil || w.ctx.Err() != nil || w.filter.excludes(name) {
			continue
		}
		info, err := w.source.lstat(name)
		if err == nil && !c.all && !info.IsDir() {
			err = syscall.ENOTDIR // the chosen names were below it
		}
		switch {
		case err != nil:
			w.gone(name, c, err)
		case info.IsDir() || w.filter.includes(name):
			w.found(name, info, f, c.below())
		}
	}
}

// gone emits a failure for each chosen name below a missing name. Include does not apply, since
// nobody knows whether the missing name was a file or a folder.
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
