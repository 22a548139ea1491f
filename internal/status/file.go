package status

import (
	"time"

	"brood/internal/event"
)

// File is the outcome of an item.
type File struct {
	Name     string
	Life     *Life // the child that did it; nil when the parent did it
	Outcome  event.Kind
	From, To time.Time // From is zero when it is not known
	Bytes    int64
	Why      string // it failed, was skipped or differs; else ""
}

// Took returns how long it took, or 0 when that is not known.
func (f File) Took() time.Duration {
	if f.From.IsZero() {
		return 0
	}
	return f.To.Sub(f.From)
}

// settle keeps the outcome of an item, and counts attempts that are followed by another.
func (t *Timeline) settle(e event.Event) {
	switch {
	case e.Settles(), e.Kind == event.Failed:
	case e.Kind == event.Retried:
		if l := t.latest[e.Process()]; l != nil && e.Attempt > 0 {
			l.Retried++
			l.Stdout, l.Stderr = "", ""
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
			if l.Stdout+l.Stderr != "" {
				t.Outputs++
			}
		}
	}
	t.Files = append(t.Files, f)
}

// mostOutputs bounds the failed commands whose last lines a Timeline keeps, each up to 8 KiB.
const mostOutputs = 1000

// wrote keeps the last lines of a command that has ended.
func (t *Timeline) wrote(l *Life, e event.Event) {
	if len(t.Run().Command) > 0 && t.Outputs < mostOutputs {
		l.Stdout, l.Stderr = e.Stdout, e.Stderr
	}
}
