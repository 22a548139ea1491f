package slurm

import (
	"os"
	"slices"

	"brood/internal/event"
	"brood/internal/plan"
)

// attempts are all attempts at one batch.
type attempts struct {
	all     []*attempt
	settled map[string]bool // settled names; nil while there is only one attempt
}

// add returns the known attempt with the same record as a, or adds a.
func (tried *attempts) add(a *attempt) *attempt {
	for _, known := range tried.all {
		if known.file == a.file {
			return known
		}
	}
	tried.all = append(tried.all, a)
	return a
}

// any tells whether a condition holds for an attempt. It may be called on nil.
func (tried *attempts) any(holds func(*attempt) bool) bool {
	return tried != nil && slices.ContainsFunc(tried.all, holds)
}

// latest returns the attempt that counts, or nil.
func (tried *attempts) latest() (latest *attempt) {
	for _, a := range tried.all {
		if latest == nil || latest.before(a) {
			latest = a
		}
	}
	return latest
}

// done returns an attempt that has finished the batch, or nil. It ignores attempts before that generation.
func (tried *attempts) done(generation int) *attempt {
	for _, a := range tried.all {
		if a.generation >= generation && a.done() {
			return a
		}
	}
	return nil
}

// trackNames begins to remember settled names when there is a second attempt, because a name may now come twice.
func (tried *attempts) trackNames() error {
	if tried.settled != nil || len(tried.all) < 2 {
		return nil
	}
	tried.settled = map[string]bool{}
	return tried.reread(func(_ *attempt, e event.Event) {
		if e.Settles() {
			tried.settled[e.File] = true
		}
	})
}

// isNew tells whether the name of an event was not settled before, and remembers it.
func (tried *attempts) isNew(e event.Event) bool {
	if tried.settled == nil {
		return true
	}
	was := tried.settled[e.File]
	tried.settled[e.File] = true
	return !was
}

// reread calls take for each event of all attempts, up to where each record was read before.
func (tried *attempts) reread(take func(*attempt, event.Event)) error {
	for _, a := range tried.all {
		again := &attempt{file: a.file}
		for again.offset < a.offset {
			before := again.offset
			if err := again.read(a.offset-before, func(e event.Event) { take(a, e) }); err != nil {
				return err
			}
			if again.offset == before {
				break // the record has become shorter
			}
		}
	}
	return nil
}

// failures emits the final failures of a batch: those of names that no attempt settled. If why is not empty, no
// attempt came to the end of the list, and why is the failure of each name without an event. A failure that an attempt
// reported while it was being stopped then does not count.
func (tried *attempts) failures(list, why string, emit func(*attempt, event.Event)) error {
	settled, failed := map[string]bool{}, map[string]bool{}
	last := map[string]event.Event{}
	from, ending := map[string]*attempt{}, map[*attempt]bool{}
	err := tried.reread(func(a *attempt, e event.Event) {
		switch {
		case e.Settles():
			settled[e.File] = true
		case e.Kind == event.Stopping:
			ending[a] = true
		case e.Kind == event.Failed && (why == "" || !ending[a]):
			last[e.File], from[e.File] = e, a
		}
	})
	if err != nil {
		return err
	}
	fail := func(name string) {
		e, reported := last[name]
		if settled[name] || failed[name] || !reported && why == "" {
			return
		}
		failed[name] = true
		if !reported {
			e = event.Event{Kind: event.Failed, File: name, Error: why}
		}
		emit(from[name], e)
	}
	file, err := os.Open(list)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = plan.OpenList(file, plan.Options{}, func(_ int, name string, _ int64) { fail(name) })
	return err
}
