package census

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Notice describes the tasks of a copy on a cluster and their children. They run on other machines, so this
// machine's /proc does not have them. The parent of the copy posts the notice, and a census reads it.
//
// A notice is JSON in sealed memory of the parent. The memory has a descriptor and no name (memfd_create(2)), so a
// notice is complete, disappears with its parent, and needs no network file system:
//
//	parent ─ Board ─▶ memory, sealed ◀── /proc/PID/fd ── Take, by its user or root
type Notice struct {
	At time.Time
	Cluster
	Tasks []RemoteTask // sorted by node
}

// Cluster describes all tasks of a copy together.
type Cluster struct {
	Bytes   int64   // bytes moved, each pass over a file counted
	Rate    float64 // bytes per second
	Waiting int     // tasks that the cluster has not started yet
	Why     string  // reason for the waiting; "" if unknown
	More    int     // running tasks and children that the notice leaves out

	Ago time.Duration `json:"-"` // age of the notice
}

// Remote is a process on a node.
type Remote struct {
	PID        int // on its node
	Name       string
	File       []byte // present file; first file of a task
	Files      int    // number of files it was given
	Nth        int    // number of the present file, from 1
	Done, Size int64  // bytes of the present file in its phase
	Phase      string // phase as in progress events; "" while copying
	Silent     string // reason for its silence; "" while it reports
	State      string // the kernel's letter during silence
	Bytes      int64  // bytes moved
	Rate       float64
	Started    time.Time // by the clock of its node
}

// RemoteTask is a task of a cluster.
type RemoteTask struct {
	Remote
	ID       string // the cluster's ID
	Node     string
	Children []Remote
}

const (
	remoteMost = 500     // most processes in a notice
	noticeMost = 4 << 20 // most bytes in a notice; 500 processes need less, since a name has at most 4 KiB
)

// cut keeps the first processes, at most that many, and counts the others in More.
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

// readNotice decodes a notice. Any process may have written the text, so no value is trusted.
func readNotice(text []byte) (n Notice, ok bool) {
	if json.Unmarshal(text, &n) != nil || n.At.IsZero() {
		return Notice{}, false
	}
	n.cut(remoteMost)
	return n, true
}

// addTo adds the processes of a notice below their parent.
func (n Notice) addTo(p *Process, now time.Time) {
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

// letters are the kernel's states (proc_pid_stat(5)).
const letters = "RSDZTtWXxKPI"

// sane limits a number, so that sums do not overflow.
func sane(n int64) int64 { return min(max(n, 0), 1<<60) }

func saneRate(rate float64) float64 { return min(max(rate, 0), 1<<60) }
