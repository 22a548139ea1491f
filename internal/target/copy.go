package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/process"
)

// Copy is the target that copies names from a source folder to a destination,
// as its parent asks for it and as the child reads it:
//
//	brood child copy --source=DIR --dest=DIR [--overwrite=changed|always|never] -- NAME...
//
// A name is that of a file, a symlink or a folder below source. One that fails is
// an event and an exit code of 1; those after it are copied all the same.
type Copy struct {
	Source, Dest string
	Overwrite    filecopy.Overwrite
	Names        []string
}

// Config is the process that does it.
func (c Copy) Config() process.Config {
	return process.Config{
		Target: "copy",
		Args:   c.Names,
		Kwargs: map[string]string{"source": c.Source, "dest": c.Dest, "overwrite": string(c.Overwrite)},
		Events: true,
	}
}

func bindCopy(w *process.Work) (c Copy, err error) {
	c = Copy{Names: w.Args, Overwrite: filecopy.Changed}
	for key, value := range w.Kwargs {
		switch key {
		case "source":
			c.Source = value
		case "dest":
			c.Dest = value
		case "overwrite":
			c.Overwrite, err = filecopy.ParseOverwrite(value)
		default:
			err = fmt.Errorf("no such argument: %q", key)
		}
		if err != nil {
			return c, fmt.Errorf("copy: %w", err)
		}
	}
	if c.Source == "" || c.Dest == "" || len(c.Names) == 0 {
		return c, errors.New("copy: want --source=DIR and --dest=DIR, and names after --")
	}
	return c, nil
}

func copyNames(w *process.Work) error {
	c, err := bindCopy(w)
	if err != nil {
		return err
	}
	ctx := w.Context() // SIGTERM removes the temporary file first
	source, err := os.OpenRoot(c.Source)
	if err != nil {
		return err
	}
	defer source.Close()
	dest, err := openDest(source, c.Dest)
	if err != nil {
		return err
	}
	defer dest.Close()
	copier := copier{ctx: ctx, source: source, dest: dest, opts: filecopy.Options{Overwrite: c.Overwrite}, events: w.Events}
	var failures []error
	for _, name := range c.Names {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := copier.copy(name); err != nil && ctx.Err() == nil {
			copier.tell(event.Event{Kind: event.Failed, File: name, Error: err.Error()})
			failures = append(failures, fmt.Errorf("copy %q: %w", name, err))
		}
	}
	return errors.Join(failures...)
}

// openDest opens the destination and makes it when it is missing, not more
// readable than the source.
func openDest(source *os.Root, name string) (*os.Root, error) {
	dest, err := os.OpenRoot(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return dest, err
	}
	info, err := source.Stat(".")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(name, info.Mode().Perm()|0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(name)
}

type copier struct {
	ctx          context.Context
	source, dest *os.Root
	opts         filecopy.Options
	events       io.Writer
}

// copy copies what the name is of, now.
func (c *copier) copy(name string) error {
	info, err := c.source.Lstat(name)
	if err != nil {
		return filecopy.NewError("stat", err)
	}
	switch info.Mode().Type() {
	case fs.ModeDir:
		return c.done(event.Event{Kind: event.Made, File: name}, filecopy.Result{}, filecopy.Folder(c.source, c.dest, name, c.opts))
	case fs.ModeSymlink:
		result, err := filecopy.Symlink(c.source, c.dest, name, c.opts)
		return c.done(event.Event{Kind: event.Linked, File: name}, result, err)
	default:
		result, err := c.file(name, info.Size())
		return c.done(event.Event{Kind: event.Copied, File: name, Bytes: result.Bytes, Method: string(result.Method)}, result, err)
	}
}

func (c *copier) file(name string, size int64) (filecopy.Result, error) {
	opts := c.opts
	opts.Progress = c.progress(name, size)
	return filecopy.File(c.ctx, c.source, c.dest, name, opts)
}

func (c *copier) done(e event.Event, result filecopy.Result, err error) error {
	switch {
	case err != nil:
		return err
	case result.Skipped:
		e = event.Event{Kind: event.Skipped, File: e.File, Reason: event.ReasonDone}
		if c.opts.Overwrite == filecopy.Never {
			e.Reason = event.ReasonExists
		}
	}
	c.tell(e)
	return nil
}

// progressEvery is how often a file's progress is told at the most.
const progressEvery = 200 * time.Millisecond

func (c *copier) progress(name string, size int64) func(int64) {
	last := time.Now()
	return func(written int64) {
		if now := time.Now(); now.Sub(last) >= progressEvery {
			last = now
			c.tell(event.Event{Kind: event.Progress, File: name, Bytes: written, Size: size})
		}
	}
}

func (c *copier) tell(e event.Event) {
	e.Time = time.Now()
	// Without its parent a child has nobody to tell, and finishes its work all the same.
	_ = event.Write(c.events, e)
}
