package status_test

import (
	"sync"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// TestFold reads events while another goroutine looks: the result has all of them, and -race finds nothing.
func TestFold(t *testing.T) {
	var fold status.Fold
	begun := time.Unix(1000, 0)
	fold.Read(event.Event{Time: begun, Kind: event.Begun, Source: "a"})
	var looking sync.WaitGroup
	looking.Go(func() {
		for range 100 {
			fold.Look(func(s *status.Standing) {
				if s.Settled() != s.Totals.Files {
					t.Errorf("%d items are settled, but %d files copied", s.Settled(), s.Totals.Files)
				}
			})
		}
	})
	for range 100 {
		fold.Read(event.Event{Time: begun, Kind: event.Copied, File: "f", Bytes: 10})
	}
	looking.Wait()
	got := fold.Finished(begun.Add(2 * time.Second))
	if got.Kind != event.Finished || got.Source != "a" || got.Files != 100 || got.Bytes != 1000 || got.Duration != 2 {
		t.Errorf("finished is %+v, want 100 files, 1000 bytes, 2 s", got)
	}
}
