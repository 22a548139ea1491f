package status

import "slices"

// slots are the places that processes have while they run. The first that is free is
// taken, so that there are no more of them than ever ran at the same time. Those of a
// node are its own, and tasks have theirs apart from the children.
type slots struct {
	nodes []string // in the order in which they came
	taken map[place][]*Life
}

// place is where a slot is one of.
type place struct {
	node  string
	tasks bool
}

func placeOf(l *Life) place { return place{l.Node, l.Task != ""} }

func (s *slots) enter(l *Life) {
	if s.taken == nil {
		s.taken = map[place][]*Life{}
	}
	if !slices.Contains(s.nodes, l.Node) {
		s.nodes = append(s.nodes, l.Node)
	}
	at := placeOf(l)
	if l.Slot = slices.Index(s.taken[at], nil); l.Slot < 0 {
		l.Slot = len(s.taken[at])
		s.taken[at] = append(s.taken[at], nil)
	}
	s.taken[at][l.Slot] = l
}

func (s *slots) leave(l *Life) { s.taken[placeOf(l)][l.Slot] = nil }

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
			for slot := range t.slots.taken[at] {
				lanes = append(lanes, Lane{Node: node, Tasks: tasks, Slot: slot})
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
	var add func(of *Life)
	add = func(of *Life) {
		for _, l := range children[of] {
			rows = append(rows, l)
			add(l)
		}
	}
	add(nil)
	return rows
}
