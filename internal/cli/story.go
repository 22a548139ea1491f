package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/hashicorp/go-hclog"

	"brood/internal/view"
)

// newStory puts a queue before the log's output, so that a terminal that is
// stopped (Ctrl-S), or a pipe that nobody reads, holds up neither the copying nor
// what ends it.
func newStory(log *hclog.LoggerOptions) *view.Queue {
	own := *log
	story := view.NewQueue(log.Output, func(w io.Writer, lines int) {
		own.Output = w
		hclog.New(&own).Warn("lines left out: nobody has read them", "lines", lines)
	})
	log.Output = story
	return story
}

// endStory waits for whoever reads the rest, as any program does; a signal ends that,
// and who has sent one already waits for no more than grace.
func endStory(story *view.Queue, stopped syscall.Signal) {
	if stopped != 0 {
		story.Close(grace)
		return
	}
	story.Close(0)
}

// say writes what is no event's: as any program says it, or, where a program reads the log line by line, as one of these.
func (o options) say(w io.Writer, level hclog.Level, words string) {
	if !o.log.JSONFormat {
		fmt.Fprintf(w, "brood: %s\n", printable(words))
		return
	}
	log := o.log
	log.Output, log.Level = w, min(log.Level, hclog.Error) // it is said also where nothing else is
	hclog.New(&log).Log(level, words)
}

// refuse says why a run could not begin, where Main's words would be no line of the log.
func (o options) refuse(std Streams, err error) error {
	var status exitStatus
	if err == nil || !o.log.JSONFormat || errors.As(err, &status) {
		return err
	}
	words := err.Error()
	if usage := new(usageError); errors.As(err, &usage) && usage.hint != "" {
		words += " (" + usage.hint + ")"
	}
	o.say(std.Err, hclog.Error, words)
	return exitStatus(statusOfError(err))
}
