package view

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"brood/internal/census"
)

const unknown = "-"

// here makes a cell of a fact that is known only for processes of this machine.
func here(of func(*census.Process) string) func(*census.Process) string {
	return func(p *census.Process) string {
		if p.Remote != nil {
			return unknown
		}
		return of(p)
	}
}

func cpuTime(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return clock(d)
}

func processState(p *census.Process) string {
	if p.State == "" {
		return unknown
	}
	return cut(plain(p.State), 1)
}

// doneOfFile returns how much of the present file its phase has done.
func doneOfFile(p *census.Process) string {
	if r := p.Remote; r != nil && r.Size > 0 {
		return percent(min(1, float64(r.Done)/float64(r.Size)))
	}
	return ""
}

// processPhase uses the words of the progress lines.
func processPhase(p *census.Process) string {
	r := p.Remote
	switch {
	case r == nil || p.Role == census.Task:
		return ""
	case r.Silent != "":
		return shorten(plain(r.Silent), longestName)
	case r.Phase != "":
		return shorten(plain(r.Phase), longestName)
	case r.Size == 0:
		return "started"
	}
	return "copying"
}

func movedBytes(p *census.Process) string {
	if n, ok := p.Moved(); ok {
		return Bytes(n)
	}
	return unknown
}

func movedRate(p *census.Process) string {
	if _, ok := p.Moved(); !ok {
		return unknown
	}
	return Bytes(int64(p.Rate)) + "/s"
}

func processName(p *census.Process) string {
	name := unknown
	switch {
	case p.Role == census.Guardian:
		name = "guardian"
	case p.Name != "":
		name = plain(p.Name)
	case len(p.Command) > 0:
		name = plain(path.Base(p.Command[0])) // of a command, its program
	}
	return shorten(name, longestName)
}

func processFile(p *census.Process) string {
	file := processWork(p)
	if p.Starter != 0 {
		return fmt.Sprintf("orphan of %d: %s", p.Starter, file)
	}
	return file
}

func processWork(p *census.Process) string {
	switch {
	case p.Role == census.Task && p.Task != "":
		return plain(p.Task) + ", " + taskWork(p)
	case p.Role == census.Task:
		return taskWork(p)
	case p.Remote != nil && p.File != "" && p.Files > 1:
		return fmt.Sprintf("%d/%d %s", p.Remote.Nth, p.Files, plain(p.File))
	case p.File != "":
		return plain(p.File)
	case p.Files > 0:
		return count(p.Files) + " files"
	case p.Role == census.Child && len(p.Command) == 0:
		return plain(p.Target) // a child of a lesson
	}
	return words(p.Command[min(1, len(p.Command)):])
}

// taskWork returns the files of a task, or the source and the destination of a task on this machine.
func taskWork(p *census.Process) string {
	switch {
	case p.Remote == nil:
		return words(p.Command[slices.Index(p.Command, "--")+1:])
	case p.Files > 1:
		return count(p.Files) + " files"
	}
	return plain(p.File)
}

func words(arguments []string) string {
	var all []string
	for _, a := range arguments {
		all = append(all, plain(a))
	}
	return strings.Join(all, " ")
}

// clusterNotes returns notes about a parent's tasks that have no line of their own.
func clusterNotes(p *census.Process) (notes []string) {
	c := p.Cluster
	if c == nil {
		return nil
	}
	if c.More > 0 {
		notes = append(notes, count(c.More)+" more at work")
	}
	if c.Waiting > 0 {
		note := plural(c.Waiting, "task") + " waiting"
		if c.Why != "" {
			note += " (" + plain(c.Why) + ")"
		}
		notes = append(notes, note)
	}
	if c.Ago >= old {
		notes = append(notes, "last update "+clock(c.Ago)+" ago")
	}
	return notes
}

// old is the least age of a notice that is shown. A parent should post a notice every 2 s.
const old = 10 * time.Second
