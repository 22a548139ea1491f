package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"brood/internal/event"
	"brood/internal/item"
	"brood/internal/plan"
)

// from supplies the items of --from: the paths of the files below a folder, in the order of the walk.
//
//	plan.Files ── walk ─▶ found ── next ─▶ item.Reader
//	                        └ up to walkAhead paths
type from struct {
	files *plan.Files
	found chan string

	mu     sync.Mutex
	ended  bool // the run needs no more items, so the walk must not emit anything
	unread bool // something could not be read
}

// walkAhead is how many files the walk may be ahead of the commands. When it has ended, the number of commands is
// known, and so is the time that is left.
const walkAhead = 4096

// openFrom opens the folder of --from, if any. It becomes the first source of items, which is the only one that is
// never kept in memory.
func (c *commands) openFrom(spec *Spec) error {
	if c.From == "" {
		return nil
	}
	files, err := plan.OpenFiles(c.From, spec.planOptions(0))
	if err != nil {
		return fmt.Errorf("--from %q: %w", c.From, err)
	}
	if err := c.resultsOutside(spec); err != nil {
		files.Close()
		return err
	}
	c.from = &from{files: files, found: make(chan string, walkAhead)}
	c.Items.Sources = append([]item.Source{{Next: c.from.next}}, c.Items.Sources...)
	return nil
}

// resultsOutside returns an error for a folder of --results in the folder of --from, where the results of an earlier
// run would be items.
func (c *commands) resultsOutside(spec *Spec) error {
	results := c.Output.Results
	if results == "" || strings.HasSuffix(results, ".jsonl") { // a file: ownFiles has it
		return nil
	}
	switch inside, err := (plan.Tree{Source: c.From}).Holds(results, spec.Stall); {
	case err != nil:
		return fmt.Errorf("--results: %w", err)
	case inside:
		return fmt.Errorf("--results %q: is inside --from %q", results, c.From)
	}
	return nil
}

func (f *from) close() {
	if f != nil {
		f.files.Close()
	}
}

// next returns the next path, and io.EOF when the walk has ended.
func (f *from) next() (string, error) {
	path, ok := <-f.found
	if !ok {
		return "", io.EOF
	}
	return path, nil
}

// startWalk begins the walk of --from. Nobody waits for its end, since a file system may not answer.
func (c *commands) startWalk(ctx context.Context) {
	if c.from != nil {
		go c.walk(ctx)
	}
}

func (c *commands) walk(ctx context.Context) {
	defer close(c.from.found)
	own, n := c.ownFiles(), 0
	for path, info := range c.from.files.All(ctx, c.leaveOut) {
		if slices.ContainsFunc(own, func(o fs.FileInfo) bool { return os.SameFile(o, info) }) {
			continue
		}
		select {
		case c.from.found <- path:
			n++
		case <-ctx.Done():
			return
		}
	}
	if ctx.Err() == nil { // else n is not all of them
		c.from.unlessEnded(func() { c.measure(n) })
	}
}

// leaveOut tells that a folder or file could not be read. That is no failure of a command.
func (c *commands) leaveOut(path, why string) {
	c.from.unlessEnded(func() {
		c.from.unread = true
		c.run.emit(event.Event{Kind: event.Skipped, File: path, Reason: why})
	})
}

func (f *from) unlessEnded(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		do()
	}
}

// end ends the emitting. The error says that items may be missing.
func (f *from) end() error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	if f.unread {
		return errors.New("--from: some items are missing, since a part of the folder could not be read")
	}
	return nil
}

// ownFiles returns the files that brood writes in this run, and those that it has read to resume. They may lie in the
// folder of --from, and are no items.
func (c *commands) ownFiles() (own []fs.FileInfo) {
	files := c.run.spec.Files
	for _, name := range append([]string{files.Record, files.Report, files.Joblog, c.Output.Results}, c.Resume.Files...) {
		if info, err := os.Stat(name); err == nil && name != Stdout {
			own = append(own, info)
		}
	}
	for _, file := range []*os.File{c.Output.Out, c.Output.Err} {
		if info, err := file.Stat(); err == nil {
			own = append(own, info)
		}
	}
	return own
}
