package status

import (
	"time"

	"brood/internal/event"
)

// File is what became of one.
type File struct {
	Name     string
	Life     *Life // of the child that did it; nil where the parent did
	Outcome  event.Kind
	From, To time.Time // From is zero where that is not known
	Bytes    int64
	Why      string // of what failed, was skipped or differs
}

// Took is how long it took, 0 where that is not known.
func (f File) Took() time.Duration {
	if f.From.IsZero() {
		return 0
	}
	return f.To.Sub(f.From)
}

// settle notes what became of a file.
func (t *Timeline) settle(e event.Event) {
	switch {
	case e.Settles(), e.Kind == event.Failed:
	case e.Kind == event.Retried:
		if l := t.latest[e.Process()]; l != nil && e.Attempt > 0 {
			l.Retried++
		}
		return
	default:
		return
	}
	f := File{Name: e.File, Outcome: e.Kind, To: e.Time, Bytes: e.Bytes, Why: e.Error + e.Reason}
	if l := t.latest[e.Process()]; l != nil && e.PID != 0 {
		f.Life, f.From, l.fileSince = l, l.fileSince, e.Time
		if e.Kind == event.Failed {
			l.Failed++
		}
	}
	t.Files = append(t.Files, f)
}
