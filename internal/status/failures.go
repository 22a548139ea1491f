package status

import "brood/internal/event"

// Failure is an item that could not be copied or compared.
type Failure struct {
	File, Why string
	Name      string // of the child; "" when the parent itself found out
	Node      string // of a cluster
}

// mostFailures is the number of failures that Totals keeps. Failed counts all of them.
const mostFailures = 10

func (r *Totals) failed(e event.Event) {
	r.Failed++
	if len(r.Failures) < mostFailures {
		r.Failures = append(r.Failures, Failure{File: e.File, Why: e.Error, Name: e.Name, Node: e.Node})
	}
}

// Unbegun returns how many items no child has begun, because the run was ended early. known is false if the run did
// not count its items before.
func (r *Totals) Unbegun() (n int, known bool) {
	if r.Stopped == "" && r.Halted == "" {
		return 0, true
	}
	return max(0, r.items-r.byChildren-r.Failed), r.measured
}
