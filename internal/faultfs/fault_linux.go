package faultfs

import (
	"context"
	"path"
	"slices"
	"sync"
	"syscall"
)

// Fault is a rule that is in force.
type Fault struct {
	rule  Rule
	table *faults
	met   chan struct{} // closed when it happens first
	gone  chan struct{} // closed when it is removed

	// Guarded by the table's mu.
	removed bool
	count   int
	moved   int64 // of what may be moved before it happens
	stalled int
}

// faults are the rules in force, in the order in which they were made.
type faults struct {
	mu    sync.Mutex
	all   []*Fault
	ended chan struct{} // closed when there will be none any more
}

// Inject puts a rule in force, for operations that begin from now on. It panics when
// the rule's name is no pattern.
func (f *FS) Inject(rule Rule) *Fault {
	if _, err := path.Match(rule.Name, ""); err != nil {
		panic("faultfs: " + rule.Name + ": " + err.Error())
	}
	return f.tree.faults.add(rule)
}

func (t *faults) add(rule Rule) *Fault {
	fault := &Fault{rule: rule, table: t, met: make(chan struct{}), gone: make(chan struct{})}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, fault)
	return fault
}

// Remove ends the rule, and lets what is stalled by it go on. It may be called again.
func (f *Fault) Remove() {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	if !f.removed {
		f.removed = true
		close(f.gone)
		f.table.all = slices.DeleteFunc(f.table.all, func(other *Fault) bool { return other == f })
	}
}

// Met is closed when the fault happens first; what stalls then is stalled.
func (f *Fault) Met() <-chan struct{} { return f.met }

// Count is how many operations it has happened to.
func (f *Fault) Count() int {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	return f.count
}

// Stalled is how many operations wait.
func (f *Fault) Stalled() int {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	return f.stalled
}

// end removes all, for good; what is stalled fails.
func (t *faults) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, fault := range t.all {
		fault.removed = true
	}
	t.all = nil
	close(t.ended)
}

// meet lets all faults happen that the request meets, up to one that fails it. The
// flips among them are left to the caller, who has the bytes.
func (t *faults) meet(ctx context.Context, q request) (flips []*Fault, errno syscall.Errno) {
	for _, fault := range t.inForce() {
		if !fault.due(q) {
			continue
		}
		if errno := fault.happen(ctx, q); errno != 0 {
			return nil, errno
		}
		if fault.rule.Flip != 0 {
			flips = append(flips, fault)
		}
	}
	return flips, 0
}

func (t *faults) inForce() []*Fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.all)
}

// whole is where the request must end so that each fault happens to all of it or to
// nothing of it.
func (t *faults) whole(q request) int64 {
	end := q.end
	for _, fault := range t.inForce() {
		end = min(end, fault.whole(q))
	}
	return end
}

func (f *Fault) whole(q request) int64 {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	switch left := f.rule.After - f.moved; {
	case f.over() || f.rule.Flip != 0 || !f.rule.about(q):
		return q.end
	case q.start < f.rule.From:
		return f.rule.From
	case left > 0:
		return min(q.end, q.start+left)
	}
	return q.end
}

// over tells whether the fault will not happen any more. The caller holds mu.
func (f *Fault) over() bool { return f.removed || f.rule.Times > 0 && f.count == f.rule.Times }

// due tells whether the fault happens to the request, and counts it then.
func (f *Fault) due(q request) bool {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	if f.over() || !f.rule.about(q) {
		return false
	}
	if moved := f.moved + q.end - q.start; moved <= f.rule.After && q.ranged {
		f.moved = moved
		return false
	}
	if f.count++; f.count == 1 {
		defer close(f.met)
	}
	if f.rule.Stall != 0 {
		f.stalled++
	}
	return true
}

func (f *Fault) happen(ctx context.Context, q request) syscall.Errno {
	if f.rule.Stall != 0 {
		if errno := f.wait(ctx); errno != 0 {
			return errno
		}
	}
	if f.rule.Shrink && q.ranged {
		if errno := q.cut(f.rule.From); errno != 0 {
			return errno
		}
	}
	return f.rule.Err
}

// flip inverts the bits of the byte in what stands at the offset.
func (f *Fault) flip(data []byte, at int64) {
	if i := f.rule.From - at; i >= 0 && i < int64(len(data)) {
		data[i] ^= f.rule.Flip
	}
}
