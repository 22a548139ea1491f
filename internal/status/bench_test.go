package status_test

import (
	"fmt"
	"testing"

	"brood/internal/event"
	"brood/internal/status"
)

// BenchmarkApply measures one event of a run with that number of children alive. A run keeps nothing for each child,
// so the number should not matter.
func BenchmarkApply(b *testing.B) {
	for _, children := range []int{2, 1000} {
		b.Run(fmt.Sprint(children, " children"), func(b *testing.B) {
			var run status.Totals
			for i := range children {
				run.Apply(event.Event{Kind: event.Started, Name: fmt.Sprint("copy-", i), PID: 1000 + i})
			}
			events := oneAfterAnother(children)
			applied := 0
			b.ReportAllocs()
			for b.Loop() {
				run.Apply(events[applied%len(events)])
				applied++
			}
			if run.Peak != children || run.Children != children+applied/4 || run.Files != (applied+2)/4 {
				b.Errorf("after %d events %+v", applied, run)
			}
		})
	}
}

// oneAfterAnother returns the events of each child, from its progress to its end and the start of the next one.
func oneAfterAnother(children int) (events []event.Event) {
	for i := range children {
		child := event.Event{Name: fmt.Sprint("copy-", i), PID: 1000 + i, File: fmt.Sprint("f", i), Bytes: 4096}
		for _, kind := range []event.Kind{event.Progress, event.Copied, event.Exited, event.Started} {
			child.Kind = kind
			events = append(events, child)
		}
	}
	return events
}
