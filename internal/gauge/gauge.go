// Package gauge holds the progress of each child as numbers in memory that the child
// shares with its parent. The child writes them, and the parent reads them at any time.
//
// The child sends no message and wakes nobody, so the numbers are true on a busy machine,
// too, and cost the child a few stores. The result of a file must not be missed, so the
// child reports it by an event.
//
//	parent: Board ─ Take ─▶ slot N ─ Read ─▶ judges the child, shows its progress
//	                          ║ memory
//	child:  At(N) ─ Set ══════╝
//
//	┌─ slot 1 ───────────────────────────┬─ slot 2 ─┬─ slot 3 ─
//	│ signs · item · done · size · phase │ …        │ …          64 bytes each
//	└────────────────────────────────────┴──────────┴──────────
//
// A slot belongs to one child, whose command line has its number; the next child of that
// slot finds it empty. The memory is sparse, so only used slots take room.
//
// Signs counts up by one before and by one after each write, so it is odd during a write. If
// a reader sees an odd number, or two different ones before and after, its values may be of two
// writes; it tries again later. A child can write anything there, or be killed at any
// instruction, so the reader bounds each value.
package gauge

import (
	"errors"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Phase is what a child does with its current item.
type Phase uint32

const (
	Idle      Phase = iota // has no item, or has finished it
	Copying                // or comparing
	Syncing                // waiting until the data is on the medium
	Verifying              // reading the copy back from the medium
	Waiting                // for its turn under the rate that all children share
)

// State is a child's progress.
type State struct {
	Item       int   // index of the item on the child's command line, from 0
	Done, Size int64 // bytes
	Phase      Phase
}

// slot is the memory that one child writes. It fills one cache line of the CPU.
type slot struct {
	signs      atomic.Uint64
	item       atomic.Int64
	done, size atomic.Int64
	phase      atomic.Uint32
	_          [28]byte
}

const slotSize = int(unsafe.Sizeof(slot{}))

// Room returns the memory that the slots need, in bytes.
func Room(slots int) int { return slots * slotSize }

// Gauge is one slot. A nil Gauge has no memory: Set does nothing, and Read is never ok.
type Gauge struct {
	*slot
	number int
}

// Number returns the number of the slot, from 1, or 0 for a nil Gauge.
func (g *Gauge) Number() int {
	if g == nil {
		return 0
	}
	return g.number
}

// ErrNoSlot is the error for a number that the memory has no slot for.
var ErrNoSlot = errors.New("the shared memory has no such slot")

// At returns the gauge with that number. A child calls it with the number from its command line.
func At(memory []byte, number int) (*Gauge, error) {
	if number < 1 || number > len(memory)/slotSize {
		return nil, ErrNoSlot
	}
	return &Gauge{(*slot)(unsafe.Pointer(&memory[(number-1)*slotSize])), number}, nil
}

// Set writes the child's progress. Only the child calls it, from one goroutine at a time.
func (g *Gauge) Set(s State) {
	if g == nil {
		return
	}
	g.signs.Add(1)
	g.item.Store(int64(s.Item))
	g.done.Store(s.Done)
	g.size.Store(s.Size)
	g.phase.Store(uint32(s.Phase))
	g.signs.Add(1)
}

// Signs returns a number that grows with each Set. For a nil Gauge it is 0.
func (g *Gauge) Signs() uint64 {
	if g == nil {
		return 0
	}
	return g.signs.Load()
}

// Waits reports whether the child waits for its turn.
func (g *Gauge) Waits() bool { return g != nil && Phase(g.phase.Load()) == Waiting }

// Read returns the child's progress, and the value of Signs at that moment. ok is false
// if the child is writing, has written nothing yet, or has written invalid values.
func (g *Gauge) Read() (s State, signs uint64, ok bool) {
	if g == nil {
		return s, 0, false
	}
	signs = g.signs.Load()
	item := g.item.Load()
	s = State{Item: int(item), Done: g.done.Load(), Size: g.size.Load(), Phase: Phase(g.phase.Load())}
	sound := s.Done >= 0 && s.Size >= 0 && item >= 0 && item == int64(s.Item) && s.Phase <= Waiting
	return s, signs, sound && signs > 0 && signs%2 == 0 && signs == g.signs.Load()
}

// Board hands the slots to the children. The parent has it. A nil Board has no slots.
type Board struct {
	memory []byte

	mu   sync.Mutex
	used int      // number of slots that Take has handed out at least once
	free []*Gauge // slots that Free has taken back
}

// NewBoard returns a board for the slots in memory.
func NewBoard(memory []byte) *Board { return &Board{memory: memory} }

// Take returns an empty slot for a new child, or nil if all are taken. It returns used
// slots first, so that the sparse memory stays small.
func (b *Board) Take() *Gauge {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.free); n > 0 {
		g := b.free[n-1]
		b.free = b.free[:n-1]
		g.Set(State{})
		g.signs.Store(0)
		return g
	}
	g, err := At(b.memory, b.used+1)
	if err != nil {
		return nil
	}
	b.used++
	return g
}

// Free takes the slot back. Call it when the child has ended and can write nothing more.
func (b *Board) Free(g *Gauge) {
	if b == nil || g == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, g)
}
