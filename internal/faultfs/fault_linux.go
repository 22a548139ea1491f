package faultfs

import (
	"context"
	"path"
	"slices"
	"sync"
	"syscall"
)

// Fault is an injected rule.
type Fault struct {
	rule  Rule
	table *faults
	met   chan struct{} // closed when the fault happens first
	gone  chan struct{} // closed by Remove

	// Guarded by the table's mu.
	removed bool
	count   int   // operations with the fault
	moved   int64 // bytes moved, up to rule.After
	stalled int   // operations that wait
}

// faults is the table of injected rules, in the order of injection.
type faults struct {
	mu    sync.Mutex
	all   []*Fault
	ended chan struct{} // closed by end
}

// Inject adds a rule, for operations that begin from now on. It panics if the rule's name is not a valid pattern.
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

// Remove ends the rule. Operations that it stalls go on. A second call does nothing.
func (f *Fault) Remove() {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	if !f.removed {
		f.removed = true
		close(f.gone)
		f.table.all = slices.DeleteFunc(f.table.all, func(other *Fault) bool { return other == f })
	}
}

// Met is closed when the fault happens for the first time. A rule that stalls has stalled the operation then.
func (f *Fault) Met() <-chan struct{} { return f.met }

// Count returns the number of operations with the fault.
func (f *Fault) Count() int {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	return f.count
}

// Stalled returns the number of operations that wait.
func (f *Fault) Stalled() int {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	return f.stalled
}

// end removes all rules. Stalled operations fail.
func (t *faults) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, fault := range t.all {
		fault.removed = true
	}
	t.all = nil
	close(t.ended)
}

// meet applies the faults of all rules that match the request, until one fails it. It returns the faults
// that flip bits, for the caller to apply to the bytes.
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

// whole returns the end of the longest part of the request that each fault affects as a whole, or not at all.
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
	case f.over() || f.rule.Flip != 0 || !f.rule.matches(q):
		return q.end
	case q.start < f.rule.From:
		return f.rule.From
	case left > 0:
		return min(q.end, q.start+left)
	}
	return q.end
}

// over reports whether the fault cannot happen any more. The caller holds mu.
func (f *Fault) over() bool { return f.removed || f.rule.Times > 0 && f.count == f.rule.Times }

// due reports whether the fault happens to the request. If so, it counts the request.
func (f *Fault) due(q request) bool {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	if f.over() || !f.rule.matches(q) {
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

// flip inverts the rule's bits, if data, which begins at the offset at, contains their byte.
func (f *Fault) flip(data []byte, at int64) {
	if i := f.rule.From - at; i >= 0 && i < int64(len(data)) {
		data[i] ^= f.rule.Flip
	}
}
