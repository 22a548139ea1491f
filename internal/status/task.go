package status

import (
	"cmp"
	"slices"
	"time"

	"brood/internal/event"
)

// ClusterTask is the state of a task of a cluster that runs.
type ClusterTask struct {
	Name  string
	ID    string // of the cluster, such as 81_3
	PID   int
	Node  string
	File  string // its first item
	Items int

	Started  time.Time // by the clock of its node
	Moved    int64     // bytes in all passes over all its files, as far as is known
	Children []*Child  // that run, in the order of their start

	speed speed
}

// Rate returns how many bytes a second its children move.
func (t *ClusterTask) Rate(now time.Time) float64 { return t.speed.rate(now) }

// startTask adds a task that runs. One task less waits: the cluster tells this only by the start of the task.
func (s *Standing) startTask(e event.Event) {
	if s.tasks == nil {
		s.tasks = map[event.Process]*ClusterTask{}
	}
	t := &ClusterTask{Name: e.Name, ID: e.Task, PID: e.PID, Node: e.Node, File: e.File, Items: e.Items,
		Started: e.Time}
	t.speed.start(e.Time)
	s.tasks[e.Process()] = t
	if s.Waiting = max(s.Waiting-1, 0); s.Waiting == 0 {
		s.Why = ""
	}
}

// Tasks returns how many tasks run, and on how many nodes.
func (s *Standing) Tasks() (tasks, nodes int) {
	on := map[string]bool{}
	for p := range s.tasks {
		on[p.Node] = true
	}
	return len(s.tasks), len(on)
}

// ByTask returns the tasks that run, with their children. The tasks of a node are together.
func (s *Standing) ByTask() []*ClusterTask {
	all := make([]*ClusterTask, 0, len(s.tasks))
	for _, t := range s.tasks {
		t.Children = nil
		all = append(all, t)
	}
	for _, c := range s.Children() {
		if c.task != nil {
			c.task.Children = append(c.task.Children, c)
		}
	}
	slices.SortFunc(all, func(a, b *ClusterTask) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), a.Started.Compare(b.Started), a.PID-b.PID)
	})
	return all
}
