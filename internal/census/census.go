// Package census finds the broods that run on this machine, and tells what each of their
// processes is at. It asks /proc alone: no brood is told, or held up, and what the system
// does not let the caller see is left out. What runs on the nodes of a cluster is in no /proc
// of this machine; of that the process which follows it posts a Notice in its memory.
//
//	a child     its command line says so: brood child TARGET --name=… --parent=PID …
//	a guardian  likewise: brood guardian --parent=PID
//	a parent    is the parent of a child, whatever its command line; or a brood copy,
//	            verify, follow or lesson that has no child at the moment
//	a task      is such a parent on a node of a cluster: brood task --job-dir=… --batch=N …
//	a zombie    has no command line any more, but a parent that is one of these
//
// Children that have children are both, and so a census is a tree.
package census

import (
	"errors"
	"time"
)

// ErrNoProc says that the system has no /proc, or that none is mounted.
var ErrNoProc = errors.New("no /proc here, in which Linux shows processes")

// Census is the broods of one moment.
type Census struct {
	At     time.Time
	Broods []*Process // parents and orphans, the oldest first
	Hidden bool       // the system shows the caller no other user's processes (hidepid of proc(5)): there may be more
}

// Role is what a process is to its brood.
type Role string

// What a process can be.
const (
	Parent   Role = "parent"
	Task     Role = "task"
	Child    Role = "child"
	Guardian Role = "guardian"
)

// Process is one of a brood.
type Process struct {
	PID, PPID int
	Role      Role
	Command   []string // of a parent, or a task of this machine: its arguments
	Name      string   // of a child: copy-1; "" of a zombie, of which only the parent knows it; of a task: task-1
	Target    string   // of a child: what it does
	Starter   int      // of an orphan: the PID of its parent, which has ended; else 0
	File      string   // that a child is at; "" where that is not known
	Files     int      // how many a child was given

	// State is the kernel's letter (proc_pid_stat(5)): of several threads that of the one
	// which is at work, or kept from it, the most: D before T before R before S. On a node
	// it is known of one that is silent, and else "".
	State string
	Age   time.Duration // since its start
	CPU   time.Duration // that it has used, in user and kernel mode; children not
	RSS   int64         // bytes in memory
	IO    *IO           // nil where the system does not let the caller know
	Rate  float64       // bytes a second; 0 where it is not known what was moved

	Cluster *Cluster // of a parent whose tasks are on a cluster; nil where the caller may not know
	Task    string   // of a task: the cluster's ID of it; "" where the caller may not know
	Node    string   // of a cluster, on which it is; "" on this machine
	Remote  *Remote  // what one on a node has told, which has neither CPU, RSS nor IO; else nil

	Children []*Process // the oldest first

	started uint64 // in ticks since the boot: with the PID it names a process for good
}

// IO is how many bytes a process has read and written by system calls, copy_file_range
// included, and those of its children that have ended and were waited for.
type IO struct{ Read, Written int64 }

// Moved is how many bytes a process and all below it have moved: of each the greater of
// what it has read and what it has written. So a copy counts once, a copy that is read
// back twice, and a comparison for both sides. On a node it is what was told. It is
// not ok where IO is not known.
func (p *Process) Moved() (bytes int64, ok bool) {
	switch {
	case p.Remote != nil:
		return p.Remote.Bytes, true
	case p.IO == nil:
		return 0, false
	}
	bytes = max(p.IO.Read, p.IO.Written)
	if p.Cluster != nil { // in which are tasks that have ended, too
		bytes += p.Cluster.Bytes
	}
	for _, c := range p.Children {
		if c.Remote == nil {
			below, _ := c.Moved()
			bytes += below
		}
	}
	return bytes, true
}

// Rated sets the rates: since an earlier census, or, of a process that is not in it and
// without one, since its start. A rate that was told stays.
func (c *Census) Rated(before *Census) {
	type identity struct {
		pid     int
		started uint64
	}
	then := map[identity]int64{}
	if before != nil {
		before.each(func(p *Process) {
			if n, ok := p.Moved(); ok && p.Remote == nil {
				then[identity{p.PID, p.started}] = n
			}
		})
	}
	c.each(func(p *Process) {
		now, ok := p.Moved()
		if !ok || p.Remote != nil || p.Cluster != nil {
			return
		}
		was, known := then[identity{p.PID, p.started}]
		since := p.Age
		if known {
			since = c.At.Sub(before.At)
		}
		if since > 0 { // a child that ended between two looks may make it less
			p.Rate = float64(max(now-was, 0)) / since.Seconds()
		}
	})
}

// each calls do for every process, a parent before its children.
func (c *Census) each(do func(*Process)) {
	var all func([]*Process)
	all = func(processes []*Process) {
		for _, p := range processes {
			do(p)
			all(p.Children)
		}
	}
	all(c.Broods)
}
