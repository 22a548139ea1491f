// Package census finds the broods on this machine and what each of their processes does at the moment:
//
//	c, err := census.Take()
//	for _, parent := range c.Broods {
//		fmt.Println(parent.PID, parent.Command, len(parent.Children))
//	}
//
// It only reads /proc, so it neither needs nor delays the broods. It leaves out the facts that the system does not
// show to the caller. A process is recognised like this:
//
//	a child     by its command line: brood child TARGET --name=… --parent=PID …
//	a guardian  by its command line: brood guardian --parent=PID
//	a parent    as the parent of a child; without children by its command: brood copy, run, verify, follow or lesson
//	a command   of brood run, and what it has started, as a descendant of that parent
//	a task      as a parent on a node of a cluster: brood task --job-dir=… --batch=N …
//	a zombie    as a process without a command line whose parent is one of these
//
// A child can be a parent, too, and so a census is a tree. Processes on other nodes of a cluster are not in /proc
// of this machine. The parent that follows them posts a Notice about them in its memory.
package census

import (
	"errors"
	"time"
)

// ErrNoProc is the error of a system without /proc, or where none is mounted.
var ErrNoProc = errors.New("no /proc here, where Linux lists processes")

// Census holds the broods of one moment.
type Census struct {
	At     time.Time
	Broods []*Process // parents and orphans, the oldest first
	Hidden bool       // other users' processes are hidden (hidepid of proc(5)); there may be more broods
}

// Role is the part of a process in its brood.
type Role string

// The roles of a process.
const (
	Parent   Role = "parent"
	Task     Role = "task"
	Child    Role = "child"
	Guardian Role = "guardian"
)

// Process is a process of a brood.
type Process struct {
	PID, PPID int
	Role      Role
	Command   []string // arguments of a parent, or of a task of this machine; the whole command line of a command
	Name      string   // copy-1 of a child, task-1 of a task; "" of a zombie, whose name only its parent knows
	Target    string   // target of a child
	Starter   int      // PID of an orphan's parent, which has ended; else 0
	File      string   // present file of a child; "" if unknown
	Files     int      // number of files that a child was given

	// State is the kernel's letter (proc_pid_stat(5)). Of several threads it is the most telling one:
	// D before T before R before S. On a node it is known only while the process is silent.
	State string
	Age   time.Duration // since its start
	CPU   time.Duration // time used in user and kernel mode, without children
	RSS   int64         // bytes in memory
	IO    *IO           // nil if the caller may not read it
	Rate  float64       // bytes per second; 0 if unknown

	Cluster *Cluster // of a parent with tasks on a cluster; nil if the caller may not read it
	Task    string   // the cluster's ID of a task; "" if the caller may not read it
	Node    string   // node of a cluster; "" on this machine
	Remote  *Remote  // what the notice tells about a process on a node, in place of CPU, RSS and IO; else nil

	Children []*Process // the oldest first

	started uint64 // ticks since the boot; together with the PID it identifies a process
}

// IO counts the bytes that a process has read and written by system calls, including copy_file_range. It includes
// children that have been reaped.
type IO struct{ Read, Written int64 }

// Moved returns the bytes that a process and all processes below it have moved. Of each process the greater of
// bytes read and bytes written counts. So a copy counts once, a copy that is read back twice, and a comparison for
// both sides. On a node the notice tells the number. ok is false if IO is unknown.
func (p *Process) Moved() (bytes int64, ok bool) {
	switch {
	case p.Remote != nil:
		return p.Remote.Bytes, true
	case p.IO == nil:
		return 0, false
	}
	bytes = max(p.IO.Read, p.IO.Written)
	if p.Cluster != nil { // includes tasks that have ended
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

// Rated sets the rates since an earlier census. For a process that the earlier census lacks, or without an earlier
// census, it sets the rate since the start of the process. Rates of a notice stay.
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
		if since > 0 { // now may be less than was: a child may have ended in between
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
