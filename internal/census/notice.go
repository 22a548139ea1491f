package census

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Notice is what the parent of a copy on a cluster has to tell of its tasks and their children: these
// run on other machines, and are not in this one's /proc.
//
// It is JSON in memory of the parent's that has a descriptor and no name (memfd_create(2)). So
// it is whole or not there, is never older than its parent, and nobody waits for a network file system:
//
//	parent ─ Board ─▶ memory, sealed ◀── /proc/PID/fd ── Take, by its user or root
type Notice struct {
	At time.Time
	Cluster
	Tasks []RemoteTask // those of a node together
}

// Cluster is what there is to tell of all tasks together.
type Cluster struct {
	Bytes   int64   // that were moved, each pass over a file counted
	Rate    float64 // bytes a second
	Waiting int     // tasks that the cluster has not started yet
	Why     string  // they wait; "" where it has not said
	More    int     // tasks and children that run, and for which there was no room

	Ago time.Duration `json:"-"` // since it was told
}

// Remote is a process on a node.
type Remote struct {
	PID        int // there
	Name       string
	File       []byte // at hand; of a task its first one
	Files      int    // that it was given,
	Nth        int    // and which of these is at hand, from 1 on
	Done, Size int64  // bytes of the file at hand, in its phase
	Phase      string // as in progress; "" while it is copied
	Silent     string // why nothing is heard of it; "" as long as it talks
	State      string // the kernel's letter then
	Bytes      int64  // that it has moved
	Rate       float64
	Started    time.Time // by its node's clock
}

// RemoteTask is a task of a cluster.
type RemoteTask struct {
	Remote
	ID       string // the cluster's
	Node     string
	Children []Remote
}

const (
	remoteMost = 500     // processes of a notice, and
	noticeMost = 4 << 20 // bytes, which these are less than: a name has 4 KiB at the most
)

// cut leaves out what is more than so many processes, and counts it.
func (n *Notice) cut(most int) {
	tasks := n.Tasks
	n.Tasks = nil
	for _, t := range tasks {
		if most < 1 {
			n.More += 1 + len(t.Children)
			continue
		}
		shown := min(len(t.Children), most-1)
		n.More += len(t.Children) - shown
		t.Children = t.Children[:shown]
		n.Tasks = append(n.Tasks, t)
		most -= 1 + shown
	}
}

func (n Notice) text() ([]byte, error) {
	n.cut(remoteMost)
	text, err := json.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("encode notice: %w", err)
	}
	return text, nil
}

// readNotice reads what any process may have written.
func readNotice(text []byte) (n Notice, ok bool) {
	if json.Unmarshal(text, &n) != nil || n.At.IsZero() {
		return Notice{}, false
	}
	n.cut(remoteMost)
	return n, true
}

// hang has the processes of a notice below their parent.
func (n Notice) hang(p *Process, now time.Time) {
	all := n.Cluster
	all.Bytes, all.Waiting, all.More = sane(all.Bytes), max(all.Waiting, 0), max(all.More, 0)
	all.Ago = max(now.Sub(n.At), 0)
	p.Cluster, p.Rate = &all, saneRate(all.Rate)
	for _, t := range n.Tasks {
		task := t.process(Task, t.Node, p.PID, now)
		task.Task = t.ID
		for _, c := range t.Children {
			task.Children = append(task.Children, c.process(Child, t.Node, t.PID, now))
		}
		p.Children = append(p.Children, task)
	}
}

func (r Remote) process(role Role, node string, ppid int, now time.Time) *Process {
	r.Bytes, r.Done, r.Size = sane(r.Bytes), sane(r.Done), sane(r.Size)
	r.Nth, r.Files = max(r.Nth, 0), max(r.Files, 0)
	if len(r.State) != 1 || !strings.Contains(letters, r.State) {
		r.State = ""
	}
	return &Process{
		PID: r.PID, PPID: ppid, Role: role, Node: node, Name: r.Name, File: string(r.File), Files: r.Files,
		State: r.State, Rate: saneRate(r.Rate), Age: max(now.Sub(r.Started), 0), Remote: &r,
	}
}

// letters are the states that the kernel has (proc_pid_stat(5)).
const letters = "RSDZTtWXxKPI"

// sane is a number that others may be added to.
func sane(n int64) int64 { return min(max(n, 0), 1<<60) }

func saneRate(rate float64) float64 { return min(max(rate, 0), 1<<60) }
