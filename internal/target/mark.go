package target

import (
	"os"

	"brood/internal/filecopy"
	"brood/internal/process"
)

// Mark is the process that makes the destination, where it is missing, and a mark in it.
func (j Job) Mark(name string) process.Config { return j.config("mark", []string{name}) }

// Unmark is the process that removes the mark.
func (j Job) Unmark(name string) process.Config { return j.config("unmark", []string{name}) }

// mark is a target that does that to the one name it is given.
func mark(do func(dst *os.Root, name string) error) process.Target {
	return func(w *process.Work) error {
		job, err := bind(w.Kwargs)
		if err == nil && len(w.Args) != 1 {
			err = errUsage
		}
		if err != nil {
			return err
		}
		source, err := os.OpenRoot(job.Source)
		if err != nil {
			return err
		}
		defer source.Close()
		dest, err := filecopy.Destination(source, job.Dest, job.Options)
		if err != nil {
			return err
		}
		defer dest.Close()
		return do(dest, w.Args[0])
	}
}
