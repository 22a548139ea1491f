package slurm

import (
	"os"

	"brood/internal/event"
	"brood/internal/plan"
)

// work is a chunk that is being done: its attempts, and, once there are two, the names that are settled.
type work struct {
	attempts []*attempt
	settled  map[string]bool // nil as long as no name can come twice
}

// attempt is the one of that record, which is new if it is not known yet.
func (w *work) attempt(a *attempt) *attempt {
	for _, known := range w.attempts {
		if known.file == a.file {
			return known
		}
	}
	w.attempts = append(w.attempts, a)
	return a
}

// latest is the attempt that counts; nil when there is none.
func (w *work) latest() (latest *attempt) {
	for _, a := range w.attempts {
		if latest == nil || latest.before(a) {
			latest = a
		}
	}
	return latest
}

// done is an attempt of that generation, or a later one, that has settled all names; nil when there is none.
func (w *work) done(generation int) *attempt {
	for _, a := range w.attempts {
		if a.generation >= generation && a.done() {
			return a
		}
	}
	return nil
}

// second begins to keep which names are settled, as from now on one can come twice.
func (w *work) second() error {
	if w.settled != nil || len(w.attempts) < 2 {
		return nil
	}
	w.settled = map[string]bool{}
	return w.reread(func(_ *attempt, e event.Event) {
		if e.Settles() {
			w.settled[e.File] = true
		}
	})
}

// isNew tells whether a name has not been settled before, and notes that it is.
func (w *work) isNew(e event.Event) bool {
	if w.settled == nil {
		return true
	}
	was := w.settled[e.File]
	w.settled[e.File] = true
	return !was
}

// reread calls back for each event that was read so far, of all attempts.
func (w *work) reread(take func(*attempt, event.Event)) error {
	for _, a := range w.attempts {
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

// failures are the failures that stand when the chunk is over: those that were told of names that no
// attempt has settled. Where why is not empty, no attempt has come to the end of the list, and each name of
// which nothing is known has failed for that.
func (w *work) failures(list, why string, emit func(*attempt, event.Event)) error {
	settled, failed := map[string]bool{}, map[string]bool{}
	last := map[string]event.Event{}
	from, ending := map[string]*attempt{}, map[*attempt]bool{}
	err := w.reread(func(a *attempt, e event.Event) {
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
