package report

import (
	"brood/internal/event"
	"brood/internal/status"
)

// history adds the letter of a process, and what was done to it. The PID of a deed is that of the process that did it,
// or the number of the process group. The text is the signal, the program or the reason.
func (w *writing) history(m *status.Member) {
	deeds := make([]int64, 0, 4*len(m.History))
	for _, d := range m.History {
		pid, text := d.By.PID, event.Visible(d.Signal)
		switch d.Kind {
		case event.Grouped:
			pid = d.Group
		case event.Executed:
			text = event.Plain(d.Program)
		case event.Exited:
			text = w.reason(d.Reason)
		}
		deeds = append(deeds, int64(w.text(string(d.Kind))), w.since(d.At), int64(pid), int64(w.text(text)))
	}
	c := &w.record.Lives
	c.Letter, c.Deeds = append(c.Letter, w.text(m.Letter)), append(c.Deeds, deeds)
}
