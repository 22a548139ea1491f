package slurm

import (
	"os"

	"brood/internal/event"
	"brood/internal/plan"
)

// work is a batch that is being done: its attempts, and, once there are two, the names that are settled.
type attempts struct {
	all     []*attempt
	settled map[string]bool // nil as long as no name can come twice
}

// attempt is the one of that record, which is new if it is not known yet.
func (tried *attempts) add(a *attempt) *attempt {
	for _, known := range tried.all {
		if known.file == a.file {
			return known
		}
	}
	tried.all = append(tried.all, a)
	return a
}

// latest is the attempt that counts; nil when there is none.
func (tried *attempts) latest() (latest *attempt) {
	for _, a := range tried.all {
		if latest == nil || latest.before(a) {
			latest = a
		}
	}
	return latest
}

// done is an attempt of that generation, or a later one, that has settled all names; nil when there is none.
func (tried *attempts) done(generation int) *attempt {
	for _, a := range tried.all {
		if a.generation >= generation && a.done() {
			return a
		}
	}
	return nil
}

// second begins to keep which names are settled, as from now on one can come twice.
func (tried *attempts) second() error {
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

// isNew tells whether a name has not been settled before, and notes that it is.
func (tried *attempts) isNew(e event.Event) bool {
	if tried.settled == nil {
		return true
	}
	was := tried.settled[e.File]
	tried.settled[e.File] = true
	return !was
}

// reread calls back for each event that was read so far, of all attempts.
func (tried *attempts) reread(take func(*attempt, event.Event)) error {
	for _, a := range tried.all {
		again := &attempt{file: a.file}
		for again.offset < a.offset {
			before := again.offset
			if err := again.read(a.offset-before, func(e event.Event) { take(a, e) }); err != nil {
				return err
			}
			if again.offset == before {
				break // it has become shorter
			}
		}
	}
	return nil
}

// failures are the failures that stand when the batch is over: those that were told of names that no
// attempt has settled. Where why is not empty, no attempt has come to the end of the list, and each name of
// which nothing is known has failed for that.
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
	tell := func(name string) {
		e, told := last[name]
		if settled[name] || failed[name] || !told && why == "" {
			return
		}
		failed[name] = true
		if !told {
			e = event.Event{Kind: event.Failed, File: name, Error: why}
		}
		emit(from[name], e)
	}
	file, err := os.Open(list)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = plan.OpenList(file, plan.Options{}, func(name string, _ int64) { tell(name) })
	return err
}
