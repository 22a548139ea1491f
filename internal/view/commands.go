package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"brood/internal/event"
)

// Commands writes a line for each command of a run that has failed or will be tried again, and at the end how many have
// failed. It writes nothing about the others: what they print is news enough.
func Commands(w io.Writer) func(event.Event) {
	say := func(format string, args ...any) { fmt.Fprintf(w, "brood: "+format+"\n", args...) }
	unread := false
	return func(e event.Event) {
		unread = unread || e.Kind == event.Stopping && e.Reason == event.ReasonUnread
		if unread {
			return // the commands that run are ended, which is what the reader wants
		}
		item, why := event.Plain(e.File), event.Plain(strings.TrimPrefix(e.Error, "stalled: "))
		switch e.Kind {
		case event.Limited:
			say("fewer commands at once: %d (%s)", e.Slots, e.Reason)
		case event.Adjusted:
			if !e.Trying && e.Node == "" {
				say("number of commands at once changed: %s", limited(e))
			}
		case event.Failed:
			say("%s: %s", item, why)
		case event.Skipped:
			if e.Reason != event.ReasonRan {
				say("%s: %s", item, event.Plain(e.Reason))
			}
		case event.Retried:
			if e.Attempt > 0 {
				pause := time.Duration(e.Delay * float64(time.Second)).Round(100 * time.Millisecond)
				if pause == 0 { // a task of a cluster
					say("%s: %s; attempt %d follows", item, why, e.Attempt+1)
					return
				}
				say("%s: %s; attempt %d follows in %s", item, why, e.Attempt+1, pause)
			}
		case event.Pending:
			if e.Tasks > 0 {
				say("%s waiting: %s", plural(e.Tasks, "task"), event.Plain(e.Reason))
			} else {
				say("%s", event.Plain(e.Reason))
			}
		case event.Stopping:
			if e.Signal != "" {
				say("%s: %s", e.Signal, e.Reason)
			} else {
				say("%s", e.Reason)
			}
		case event.Exited:
			if e.Error != "" {
				say("%s: PID %d: %s", item, e.PID, e.Error)
			}
		case event.Finished:
			switch {
			case e.Failed > 0 && e.Unbegun > 0:
				say("%s failed, %d not run", plural(e.Failed, "command"), e.Unbegun)
			case e.Failed > 0:
				say("%s of %s failed", count(e.Failed), plural(e.Failed+e.Files, "command"))
			case e.Unbegun > 0:
				say("%s not run", plural(e.Unbegun, "command"))
			}
		}
	}
}
