package gauge_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"brood/internal/gauge"
)

// The parent reads the whole state that the child writes, and signs change with each state.
func TestRead(t *testing.T) {
	memory := make([]byte, gauge.Room(3))
	parents := gauge.NewBoard(memory).Take()
	childs, err := gauge.At(memory, parents.Number())
	if err != nil {
		t.Fatal(err)
	}
	if s, _, ok := parents.Read(); ok {
		t.Errorf("Read is ok before Set: %+v", s)
	}
	signs := parents.Signs()
	for _, want := range []gauge.State{
		{0, 1, 2, gauge.Copying}, {1, 1, 2, gauge.Copying}, {1, 1, 2, gauge.Waiting}, {Item: 1},
	} {
		childs.Set(want)
		got, now, ok := parents.Read()
		if got != want || !ok || now == signs || parents.Waits() != (want.Phase == gauge.Waiting) {
			t.Errorf("%+v, signs %d after %d, %t, want %+v", got, now, signs, ok, want)
		}
		signs = now
	}
}

// A reading never mixes two states, even while the child writes.
func TestReadWhileItIsWritten(t *testing.T) {
	memory := make([]byte, gauge.Room(1))
	g := gauge.NewBoard(memory).Take()
	var done sync.WaitGroup
	done.Go(func() {
		for i := range 200_000 {
			g.Set(gauge.State{Item: i, Done: int64(i), Size: int64(i), Phase: gauge.Phase(i % 5)})
		}
	})
	read := 0
	for s := (gauge.State{}); s.Item < 199_999; {
		next, _, ok := g.Read()
		if !ok {
			continue
		}
		s, read = next, read+1
		if s.Done != int64(s.Item) || s.Size != int64(s.Item) || s.Phase != gauge.Phase(s.Item%5) {
			t.Fatalf("%+v", s)
		}
	}
	done.Wait()
	t.Log(read, "readings")
}

// A slot belongs to one child, and is empty for the next. Take reuses free slots.
func TestSlots(t *testing.T) {
	memory := make([]byte, gauge.Room(3))
	b := gauge.NewBoard(memory)
	first, second, third := b.Take(), b.Take(), b.Take()
	if first.Number() != 1 || second.Number() != 2 || third.Number() != 3 || b.Take() != nil {
		t.Errorf("slots %d, %d, %d", first.Number(), second.Number(), third.Number())
	}
	second.Set(gauge.State{Item: 7, Done: 7, Size: 7, Phase: gauge.Waiting})
	b.Free(second)
	again := b.Take()
	if s, _, ok := again.Read(); again.Number() != 2 || ok || again.Signs() != 0 || s != (gauge.State{}) {
		t.Errorf("slot %d, %+v", again.Number(), s)
	}
	for _, number := range []int{-1, 0, 4} {
		if _, err := gauge.At(memory, number); !errors.Is(err, gauge.ErrNoSlot) {
			t.Errorf("slot %d: %v", number, err)
		}
	}
}

// A nil Board and a nil Gauge do nothing.
func TestNone(t *testing.T) {
	var b *gauge.Board
	g := b.Take()
	g.Set(gauge.State{Done: 1})
	b.Free(g)
	if _, _, ok := g.Read(); ok || g.Number() != 0 || g.Signs() != 0 || g.Waits() {
		t.Error("a nil gauge has a value")
	}
}

// Random bytes in the memory never give a reading with invalid values.
func TestDamaged(t *testing.T) {
	memory := make([]byte, gauge.Room(1))
	g := gauge.NewBoard(memory).Take()
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		for i := range memory {
			memory[i] = byte(random.Uint32())
		}
		if s, _, ok := g.Read(); ok && (s.Item < 0 || s.Done < 0 || s.Size < 0 || s.Phase > gauge.Waiting) {
			t.Fatalf("%+v", s)
		}
	}
}
