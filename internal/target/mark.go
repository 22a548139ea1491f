package target

import (
	"os"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/process"
)

// Make is the process that makes the destination, where it is missing.
func (j Kwargs) Make() process.Config { return j.config("make", nil) }

// Mark is the process that makes the destination, where it is missing, and a mark in it.
func (j Kwargs) Mark(name string) process.Config { return j.config("mark", []string{name}) }

// Unmark is the process that removes the mark.
func (j Kwargs) Unmark(name string) process.Config { return j.config("unmark", []string{name}) }

// makeDest tells that the destination is there, or why it is not.
func makeDest(w *process.Work) error {
	err := inDest(w, 0, func(*os.Root) error { return nil })
	e := event.Event{Time: time.Now(), Kind: event.Made, File: "."}
	if err != nil {
		e.Kind, e.Error, e.Transient = event.Failed, err.Error(), filecopy.Transient(err)
	}
	_ = event.NewWriter(w.Events).Write(e)
	return err
}

// mark is a target that does that to the one name it is given.
func mark(do func(dst *os.Root, name string) error) process.Target {
	return func(w *process.Work) error {
		return inDest(w, 1, func(dest *os.Root) error { return do(dest, w.Args[0]) })
	}
}

// inDest opens the destination, or makes it, and calls do. It is an error that there is another number of names.
func inDest(w *process.Work, names int, do func(*os.Root) error) error {
	job, err := bind(w.Kwargs)
	if err == nil && len(w.Args) != names {
		err = errUsage
	}
	if err != nil {
		return err
	}
	source, err := job.openSource(w)
	if err != nil {
		return err
	}
	defer source.Close()
	dest, err := job.openDest(w, source)
	if err != nil {
		return err
	}
	defer dest.Close()
	return do(dest)
}
