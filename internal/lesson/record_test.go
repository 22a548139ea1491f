//go:build linux

package lesson

import (
	"io"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/event/eventtest"
	"brood/internal/status"
)

// eventsOf gives a lesson, and returns its events.
func eventsOf(t *testing.T, name string) (events []event.Event) {
	t.Helper()
	l, ok := Find(name)
	if !ok {
		t.Fatalf("no lesson %s", name)
	}
	take := event.NewStream(eventtest.Reader(t), func(e event.Event) { events = append(events, e) })
	s := &Stage{Lang: "en", Pace: 0.05, Quiet: true, Out: io.Discard, Emit: take.Emit}
	if err := s.Give(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	return events
}

// TestEndOfAnOrphan: the record of the lesson has the end of the orphan, though a stranger reaps it.
func TestEndOfAnOrphan(t *testing.T) {
	var family status.Family
	for _, e := range eventsOf(t, "orphan") {
		family.Apply(e)
	}
	for _, m := range family.Members {
		if m.Ended.IsZero() {
			t.Errorf("%s still runs in the record", m.Letter)
		}
	}
}

// TestStopsAreNoted: the record of the lesson on SIGTERM has the stops of its children, and that one goes on.
func TestStopsAreNoted(t *testing.T) {
	var said []string
	for _, e := range eventsOf(t, "terminate") {
		if strings.HasPrefix(e.Name, "stopped") {
			said = append(said, strings.TrimSpace(e.Name+" "+string(e.Kind)+" "+e.Signal))
		}
	}
	const want = "stopped started|stopped signalled SIGSTOP|stopped stopped SIGSTOP|stopped signalled SIGTERM|" +
		"stopped signalled SIGCONT|stopped continued|stopped zombie|stopped exited SIGTERM|" +
		"stopped-too started|stopped-too signalled SIGSTOP|stopped-too stopped SIGSTOP|stopped-too signalled SIGKILL|" +
		"stopped-too zombie|stopped-too exited SIGKILL"
	if got := strings.Join(said, "|"); got != want {
		t.Errorf("the record has\n%s\nwant\n%s", got, want)
	}
}
