package status

import (
	"container/heap"
	"slices"
	"sort"
)

// slots are the places that processes have while they run. The first that is free is
// taken, so that there are no more of them than ever ran at the same time. Those of a
// node are its own, and tasks have theirs apart from the children.
type slots struct {
	nodes []string // in the order in which they came
	of    map[place]*lanes
}

// lanes are how many slots a place has, and which of them are free, as a heap.
type lanes struct {
	sort.IntSlice
	all int
}

func (l *lanes) Push(slot any) { l.IntSlice = append(l.IntSlice, slot.(int)) }

func (l *lanes) Pop() any {
	last := len(l.IntSlice) - 1
	slot := l.IntSlice[last]
	l.IntSlice = l.IntSlice[:last]
	return slot
}

// place is where a slot is one of.
type place struct {
	node  string
	tasks bool
}

func placeOf(l *Life) place { return place{l.Node, l.Task != ""} }

func (s *slots) enter(l *Life) {
	if s.of == nil {
		s.of = map[place]*lanes{}
	}
	where := placeOf(l)
	at := s.of[where]
	if at == nil {
		at = &lanes{}
		s.of[where] = at
		if s.of[place{where.node, !where.tasks}] == nil {
			s.nodes = append(s.nodes, l.Node)
		}
	}
	if at.Len() > 0 {
		l.Slot = heap.Pop(at).(int)
		return
	}
	l.Slot = at.all
	at.all++
}

// leave frees the slot, once.
func (s *slots) leave(l *Life) {
	if !l.left {
		l.left = true
		heap.Push(s.of[placeOf(l)], l.Slot)
	}
}

// Lane is a place among the processes that run at the same time, with all that had it.
type Lane struct {
	Node  string // of a cluster
	Tasks bool   // it is one of the node's tasks
	Slot  int    // as in Life
	Lives []*Life
}

// Lanes are all such places, those of a node together, its tasks before their children.
func (t *Timeline) Lanes() (lanes []Lane) {
	first := map[place]int{}
	for _, node := range t.slots.nodes {
		for _, tasks := range []bool{true, false} {
			at := place{node, tasks}
			first[at] = len(lanes)
			if of := t.slots.of[at]; of != nil {
				for slot := range of.all {
					lanes = append(lanes, Lane{Node: node, Tasks: tasks, Slot: slot})
				}
			}
		}
	}
	for _, l := range t.Lives {
		lane := &lanes[first[placeOf(l)]+l.Slot]
		lane.Lives = append(lane.Lives, l)
	}
	return lanes
}

// Rows are the lives in the order in which they started; those of a cluster by families,
// each task before its children.
func (t *Timeline) Rows() (rows []*Life) {
	if t.Run().Nodes == 0 {
		return t.Lives
	}
	children := map[*Life][]*Life{}
	for _, l := range t.Lives {
		children[l.Parent] = append(children[l.Parent], l)
	}
	var next []*Life // the last one first
	add := func(of *Life) {
		for _, l := range slices.Backward(children[of]) {
			next = append(next, l)
		}
	}
	for add(nil); len(next) > 0; {
		l := next[len(next)-1]
		next = next[:len(next)-1]
		rows = append(rows, l)
		add(l)
	}
	return rows
}
