package view

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
)

// tell writes what people read of an event that a log has with the level Info or above.
func (s *Endings) tell(e event.Event) {
	switch e.Kind {
	case event.Begun:
		s.say(hclog.Info, beginning(e))
	case event.Finished:
		s.finished(e)
	case event.Limited:
		s.say(hclog.Warn, "fewer children at once: "+limited(e))
	case event.Adjusted:
		if !e.Trying {
			s.say(hclog.Info, "number of children changed: "+limited(e))
		}
	case event.Submitted:
		s.say(hclog.Info, fmt.Sprintf("tasks submitted: %s in array %s, %s, %s",
			count(e.Tasks), plain(e.Array), plural(e.Items, "file"), Bytes(e.Size)))
	case event.Pending:
		if e.Tasks == 0 {
			s.say(hclog.Info, "cluster: "+plain(e.Reason))
		} else {
			s.say(hclog.Info, "tasks wait: "+count(e.Tasks)+" ("+plain(e.Reason)+")")
		}
	case event.Stopping:
		after := ""
		if e.Signal != "" {
			after = " after " + e.Signal
		}
		s.say(hclog.Warn, "stopping"+after+": "+plain(e.Reason))
	default:
		s.tellItem(e)
	}
}

// tellItem is tell for an event about an item.
func (s *Endings) tellItem(e event.Event) {
	switch {
	case e.Kind == event.Exited && e.Error != "":
		s.say(hclog.Error, childOrTask(e)+" abandoned: "+item(e))
	case e.Kind == event.Exited:
		s.say(hclog.Warn, childOrTask(e)+" lost: "+item(e))
	case e.Kind == event.Retried && e.Attempt > 0:
		pause := spoken(time.Duration(e.Delay * float64(time.Second)))
		s.say(hclog.Warn, fmt.Sprintf("will be tried again: %s, attempt %d in %s", item(e), e.Attempt+1, pause))
	case e.Kind == event.Stalled:
		s.say(hclog.Warn, childOrTask(e)+" stalled: "+item(e))
	case e.Kind == event.Failed && s.compares:
		s.say(hclog.Error, "not compared: "+item(e))
	case e.Kind == event.Failed:
		s.say(hclog.Error, "not copied: "+item(e))
	case e.Kind == event.Skipped && skippedLevel(e) >= hclog.Info:
		s.say(hclog.Warn, "skipped: "+item(e))
	case e.Kind == event.Copied && e.Retries > 0:
		s.say(hclog.Warn, "copied again, since the copy differed when read back: "+item(e))
	}
}

// beginning introduces the parent. The summary has source and destination.
func beginning(e event.Event) string {
	text := fmt.Sprintf("parent started: PID %d", e.PID)
	if e.PPID != 0 {
		text += fmt.Sprintf(", child of PID %d", e.PPID)
	}
	switch {
	case e.DryRun:
	case e.Slots == 1:
		text += ", one child at a time"
	case e.Slots > 1 && e.Slots < math.MaxInt32:
		text += ", at most " + count(e.Slots) + " children at once"
	}
	return text
}

// finished tells what the files have lost, and that the parent has joined its children.
func (s *Endings) finished(e event.Event) {
	if e.Totals == nil {
		return
	}
	for _, what := range slices.Sorted(maps.Keys(e.Losses)) {
		s.say(hclog.Warn, "not kept: "+plain(what)+" of "+plural(e.Losses[what], "file"))
	}
	s.say(hclog.Info, fmt.Sprintf("parent finished: PID %d %s", s.pid, joined(e)))
}

func joined(e event.Event) string {
	text := ""
	switch n := e.Children - e.Abandoned; {
	case e.Children == 0:
		return "has started no child"
	case n == 1:
		text = "has waited for its child"
	default:
		text = "has waited for " + count(n) + " children"
	}
	if e.Abandoned > 0 {
		text += ", and has abandoned " + count(e.Abandoned)
	}
	return text
}

func limited(e event.Event) string {
	if e.Asked == 0 {
		return count(e.Slots) + " (" + plain(e.Reason) + ")"
	}
	return count(e.Slots) + " instead of " + count(e.Asked) + " (" + plain(e.Reason) + ")"
}

// item names the item of an event, what is wrong with it, and the child.
func item(e event.Event) string {
	text := quotedName(e.File)
	if why := e.Error + e.Reason; why != "" {
		text += ": " + plain(why)
	}
	var about []string
	if e.PID != 0 {
		about = append(about, plain(e.Name)+" "+pidOn(e.PID, e.Node))
	}
	if e.State != "" {
		about = append(about, strings.TrimSpace("state "+plain(e.State)+" "+plain(e.WChan)))
	}
	if len(about) == 0 {
		return text
	}
	return text + " (" + strings.Join(about, ", ") + ")"
}
