package slurm

import (
	"slices"

	"brood/internal/event"
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
	return tried.reread(func(_ *attempt, e event.Event, ends bool) {
		if ends {
			tried.settled[key(e)] = true
		}
	})
}

// isNew tells whether the name of an event was not settled before, and remembers it.
func (tried *attempts) isNew(e event.Event) bool {
	if tried.settled == nil {
		return true
	}
	was := tried.settled[key(e)]
	tried.settled[key(e)] = true
	return !was
}

// reread calls take for each event of all attempts, up to where each record was read before. ends is as of
// attempt.ends.
func (tried *attempts) reread(take func(a *attempt, e event.Event, ends bool)) error {
	for _, a := range tried.all {
		again := &attempt{file: a.file}
		for again.offset < a.offset {
			before := again.offset
			if err := again.read(a.offset-before, func(e event.Event) { take(a, e, again.ends(e)) }); err != nil {
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
// reported while it was being stopped then does not count. each calls its argument for each item of the batch.
func (tried *attempts) failures(
	each func(take func(event.Event)) error, why string, emit func(*attempt, event.Event),
) error {
	settled, failed := map[string]bool{}, map[string]bool{}
	last := map[string]event.Event{}
	from, ending := map[string]*attempt{}, map[*attempt]bool{}
	err := tried.reread(func(a *attempt, e event.Event, ends bool) {
		switch {
		case ends:
			settled[key(e)] = true
		case e.Kind == event.Stopping:
			ending[a] = true
		case e.Kind == event.Failed && (why == "" || !ending[a]):
			last[key(e)], from[key(e)] = e, a
		}
	})
	if err != nil {
		return err
	}
	return each(func(item event.Event) {
		name := key(item)
		e, reported := last[name]
		if settled[name] || failed[name] || !reported && why == "" {
			return
		}
		failed[name] = true
		if !reported {
			e = item
			e.Kind, e.Error = event.Failed, why
		}
		emit(from[name], e)
	})
}
