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

// Phase is what a child does with the item that it is at.
type Phase uint32

const (
	Idle      Phase = iota // it is not at any, or done with it
	Copying                // or comparing
	Syncing                // waiting for the medium
	Verifying              // reading back from there
	Waiting                // for its turn, as all children share one rate
)

// State is how far a child is.
type State struct {
	Item       int   // the number of that on its command line, from 0 on
	Done, Size int64 // bytes
	Phase      Phase
}

// slot is what the child writes. It has a line of the CPU's cache for itself.
type slot struct {
	signs      atomic.Uint64
	item       atomic.Int64
	done, size atomic.Int64
	phase      atomic.Uint32
	_          [28]byte
}

const slotSize = int(unsafe.Sizeof(slot{}))

// Room is the memory that the slots take, in bytes.
func Room(slots int) int { return slots * slotSize }

// Gauge is one slot. The nil Gauge is none: what is written there is lost.
type Gauge struct {
	*slot
	number int
}

// Number is that of the slot, 0 for none.
func (g *Gauge) Number() int {
	if g == nil {
		return 0
	}
	return g.number
}

// ErrNoSlot says that the memory has no slot of that number.
var ErrNoSlot = errors.New("no such slot in the memory that is shared")

// At is the gauge with that number, as a child has it.
func At(memory []byte, number int) (*Gauge, error) {
	if number < 1 || number > len(memory)/slotSize {
		return nil, ErrNoSlot
	}
	return &Gauge{(*slot)(unsafe.Pointer(&memory[(number-1)*slotSize])), number}, nil
}

// Set is for the child alone, and for one goroutine of it at a time.
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

// Signs grows with each Set. Of nil it is always the same.
func (g *Gauge) Signs() uint64 {
	if g == nil {
		return 0
	}
	return g.signs.Load()
}

// Waits tells whether the child waits for its turn.
func (g *Gauge) Waits() bool { return g != nil && Phase(g.phase.Load()) == Waiting }

// Read is the state and the signs by then. It is not ok when the child writes meanwhile,
// or has written nothing yet, or what no child of ours writes.
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

// Board is all slots, as the parent has them. The nil Board has none.
type Board struct {
	memory []byte

	mu   sync.Mutex
	used int      // the slots given so far
	free []*Gauge // the ones among them that are free again
}

// NewBoard is the board in that memory.
func NewBoard(memory []byte) *Board { return &Board{memory: memory} }

// Take gives an empty slot to a new child; nil when none is left. One that was in use is
// given first, so that little memory is.
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

// Free takes the slot back. Its child has ended, and can write there no more.
func (b *Board) Free(g *Gauge) {
	if b == nil || g == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, g)
}
