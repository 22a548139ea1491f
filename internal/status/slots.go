package status

import (
	"container/heap"
	"slices"
	"sort"
)

// slots gives each process a slot while it runs. A process takes the first free slot, so there are no more slots than
// processes ever ran at the same time. Each node has its own slots, and its tasks do not share them with its children.
type slots struct {
	nodes []string // in the order of their first process
	of    map[pool]*lanes
}

// pool identifies the slots that some processes share: the tasks of a node, or its children.
type pool struct {
	node  string
	tasks bool
}

func poolOf(l *Life) pool { return pool{l.Node, l.Task != ""} }

// lanes has the free slots of a pool, as a heap, and how many slots the pool has.
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

// enter gives the process the first free slot.
func (s *slots) enter(l *Life) {
	if s.of == nil {
		s.of = map[pool]*lanes{}
	}
	its := poolOf(l)
	free := s.of[its]
	if free == nil {
		free = &lanes{}
		s.of[its] = free
		if s.of[pool{its.node, !its.tasks}] == nil {
			s.nodes = append(s.nodes, l.Node)
		}
	}
	if free.Len() > 0 {
		l.Slot = heap.Pop(free).(int)
		return
	}
	l.Slot = free.all
	free.all++
}

// leave frees the slot of the process, once.
func (s *slots) leave(l *Life) {
	if !l.left {
		l.left = true
		heap.Push(s.of[poolOf(l)], l.Slot)
	}
}

// Lane is a slot, with all processes that had it one after another.
type Lane struct {
	Node  string // of a cluster
	Tasks bool   // the slot is for tasks, not for children
	Slot  int    // as in Life
	Lives []*Life
}

// Lanes returns all slots. Those of a node are together, the slots of tasks before those of children.
func (t *Timeline) Lanes() (lanes []Lane) {
	first := map[pool]int{}
	for _, node := range t.slots.nodes {
		for _, tasks := range []bool{true, false} {
			its := pool{node, tasks}
			first[its] = len(lanes)
			if of := t.slots.of[its]; of != nil {
				for slot := range of.all {
					lanes = append(lanes, Lane{Node: node, Tasks: tasks, Slot: slot})
				}
			}
		}
	}
	for _, l := range t.Lives {
		lane := &lanes[first[poolOf(l)]+l.Slot]
		lane.Lives = append(lane.Lives, l)
	}
	return lanes
}

// Rows returns the lives in the order of their start. On a cluster the children of a task come after the task.
func (t *Timeline) Rows() (rows []*Life) {
	if t.Run().Nodes == 0 {
		return t.Lives
	}
	children := map[*Life][]*Life{}
	for _, l := range t.Lives {
		children[l.Parent] = append(children[l.Parent], l)
	}
	var next []*Life // a stack
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
