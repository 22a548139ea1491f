package target

import (
	"os"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/process"
)

// Make returns the process that makes the destination if it is missing.
func (k Kwargs) Make() process.Config { return k.config("make", nil) }

// Mark returns the process that makes the destination if it is missing, and a mark in it.
func (k Kwargs) Mark(name string) process.Config { return k.config("mark", []string{name}) }

// Unmark returns the process that removes the mark.
func (k Kwargs) Unmark(name string) process.Config { return k.config("unmark", []string{name}) }

// makeDest makes the destination if it is missing, and writes an event with the outcome.
func makeDest(w *process.Work) error {
	err := inDest(w, 0, func(*os.Root) error { return nil })
	e := event.Event{Time: time.Now(), Kind: event.Made, File: "."}
	if err != nil {
		e.Kind, e.Error, e.Transient = event.Failed, err.Error(), filecopy.Transient(err)
	}
	_ = event.NewWriter(w.Events).Write(e)
	return err
}

// mark returns a target that calls do with its one name.
func mark(do func(dst *os.Root, name string) error) process.Target {
	return func(w *process.Work) error {
		return inDest(w, 1, func(dest *os.Root) error { return do(dest, w.Args[0]) })
	}
}

// inDest opens the destination, or makes it, and calls do. Another number of names than that is an error.
func inDest(w *process.Work, names int, do func(*os.Root) error) error {
	kwargs, err := bind(w.Kwargs)
	if err == nil && len(w.Args) != names {
		err = errUsage
	}
	if err != nil {
		return err
	}
	source, err := kwargs.openSource(w)
	if err != nil {
		return err
	}
	defer source.Close()
	dest, err := kwargs.openDest(w, source)
	if err != nil {
		return err
	}
	defer dest.Close()
	return do(dest)
}
