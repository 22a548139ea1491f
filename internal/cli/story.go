package cli

import (
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
