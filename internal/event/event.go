// Package event is what can happen in a run, and its JSON Lines form.
//
// Every fact about a run is one event in one stream with one order. Children write
// theirs on a pipe of their own, the parent adds who they are and what it knows
// itself, and all views read nothing else. A recorded stream, read again, gives the
// same pictures as the live one.
//
//	begun ─▶ started ─▶ progress… ─▶ copied | skipped | failed ─▶ exited ─▶ … ─▶ finished
//	            └─ one child ──────────────────────────────────┘
//
// A file whose child ended without a word of it, or with a cause that may pass, has no
// failed but a retried when there is to be another try.
package event

import (
	"sync"
	"time"
)

// Kind is what happened.
type Kind string

// The kinds, with the fields that each one has beside time and kind.
const (
	Begun     Kind = "begun"     // the parent has begun: pid, ppid, version, source, dest, jobs, auto, hash, dry_run, verify
	Limited   Kind = "limited"   // fewer children at once than asked for: jobs, asked, reason
	Adjusted  Kind = "adjusted"  // another number of children at once moves more, or was tried in vain; or is tried (phase): jobs, phase, reason
	Measured  Kind = "measured"  // how much there is to do is known: files (and links), size (of all files)
	Submitted Kind = "submitted" // tasks were handed to a cluster: task (the ID of their array), jobs (how many tasks), files, size
	Pending   Kind = "pending"   // tasks wait for the cluster, or something else is to be said of it: jobs (how many wait), reason
	Planned   Kind = "planned"   // a dry run would copy a file: file, size, reason (when it would only be repaired)
	Started   Kind = "started"   // a child has started: name, pid, ppid, file, files, duration (of fork and exec)
	Retried   Kind = "retried"   // a file will be tried again, after delay; or a child could not be started for lack of room, and will be: name, pid, file, error, attempt, delay
	Silent    Kind = "silent"    // nothing was heard of a child for a while, or it sleeps otherwise by now: name, pid, file, duration, reason, state, wchan
	Stalled   Kind = "stalled"   // a child is ended, as its file makes no progress or takes too long: name, pid, file, reason, state, wchan
	Progress  Kind = "progress"  // a file's copy has come so far: name, pid, file, bytes, size, phase
	Copied    Kind = "copied"    // a file is complete: name, pid, file, bytes, method, hash, digest, resumed, retries, lost
	Linked    Kind = "linked"    // a symlink is recreated, or a hard link (method): name, pid, file, method, lost
	Made      Kind = "made"      // a folder is there, with its mode and times, or a FIFO or device: name, pid, file, lost
	Verified  Kind = "verified"  // a file's contents are the same on both sides: name, pid, file, bytes, hash, digest
	Differs   Kind = "differs"   // a file is not the same on both sides: file, reason
	Skipped   Kind = "skipped"   // a file was not copied, or only repaired (reason): file, reason, lost
	Failed    Kind = "failed"    // a file, link or folder could not be copied, the rest goes on: file, error, transient
	Exited    Kind = "exited"    // a child has ended: name, pid, file, exitcode, signal, bytes, duration, zombie, user, system, maxrss, stderr, error, state, wchan; or was lost with its task or node (reason)
	Signalled Kind = "signalled" // a process was sent a signal: name, pid, ppid (the sender), signal
	Zombie    Kind = "zombie"    // a child has ended and is not reaped: name, pid, ppid
	Adopted   Kind = "adopted"   // a process has another parent, its own having ended: name, pid, ppid (the new one)
	Stopping  Kind = "stopping"  // the run is to end early: signal, reason
	Finished  Kind = "finished"  // the end of the run: the totals
)

// Reasons of Skipped that are the purpose of a run which goes on where another
// ended; any other is a file that one might miss.
const (
	ReasonDone   = "same size and time"
	ReasonExists = "exists"

	ReasonRepaired = "same size and time, attributes repaired" // no contents were moved
)

// Reasons of Differs.
const (
	ReasonMissing  = "missing"        // at the destination
	ReasonExtra    = "extra"          // at the destination alone
	ReasonKind     = "other kind"     // a folder where a file is wanted …
	ReasonSize     = "other size"     //
	ReasonContents = "other contents" //
	ReasonTarget   = "other target"   // of a symlink
)

// Trying is the phase of Adjusted.
const Trying = "trying"

// Phases of Progress; it has none while bytes are copied.
const (
	Syncing   = "syncing"
	Verifying = "verifying"
	Waiting   = "waiting" // for its turn, as all children share one rate
)

// Version is the number of this format; it grows when a reader of the old one would misread the new.
const Version = 1

// Event is one fact. A field that a kind does not have is zero and left out of
// the JSON. Times are in seconds, sizes in bytes.
type Event struct {
	Time time.Time `json:"time"`
	Kind Kind      `json:"kind"`

	Name string `json:"name,omitempty"` // the child's
	PID  int    `json:"pid,omitempty"`
	PPID int    `json:"ppid,omitempty"`

	Node string `json:"node,omitempty"` // of a cluster, on which the process is; pid and ppid are of that machine
	Task string `json:"task,omitempty"` // the cluster's ID of the task that the process is, the parent of children on its node; its ppid is that of the run's own parent

	Command []string `json:"command,omitempty"` // of a lesson's process: its command line

	File  string `json:"file,omitempty"`  // relative to source and dest; file_base64 has its bytes when they are no UTF-8
	Files int    `json:"files,omitempty"` // how many a child was given; of measured: to do; of finished: copied in all

	Bytes    int64   `json:"bytes,omitempty"`
	Size     int64   `json:"size,omitempty"`
	Duration float64 `json:"duration,omitempty"` // seconds
	Method   string  `json:"method,omitempty"`   // reflink, copy_file_range or read-write; of linked: hard link, or none
	Phase    string  `json:"phase,omitempty"`    // of progress: syncing, verifying or waiting (for its turn at the rate), none while bytes are copied; of adjusted: trying

	Hash    string   `json:"hash,omitempty"`    // xxh128 …; of begun: by which contents are verified
	Digest  string   `json:"digest,omitempty"`  // of the contents, in hex, verified at the destination
	Resumed int64    `json:"resumed,omitempty"` // bytes that a partial copy had already, and that were proved equal
	Retries int      `json:"retries,omitempty"` // how often it was copied again since it had been read back different
	Lost    []string `json:"lost,omitempty"`    // what the destination could not hold: owner …

	ExitCode *int    `json:"exitcode,omitempty"` // n, or -signal
	Signal   string  `json:"signal,omitempty"`   // SIGKILL …
	User     float64 `json:"user,omitempty"`     // seconds of CPU
	System   float64 `json:"system,omitempty"`
	MaxRSS   int64   `json:"maxrss,omitempty"` // bytes; 0: not known
	Zombie   float64 `json:"zombie,omitempty"` // seconds from its last word to the parent until it was reaped
	Stderr   string  `json:"stderr,omitempty"` // what a child wrote there, the beginning and the end

	State string `json:"state,omitempty"` // what a child is held up by: the kernel's letter,
	WChan string `json:"wchan,omitempty"` // and the kernel function that it sleeps in

	Attempt int     `json:"attempt,omitempty"` // which try of a file has failed, from 1 on
	Delay   float64 `json:"delay,omitempty"`   // seconds until the next

	Error     string `json:"error,omitempty"`
	Transient bool   `json:"transient,omitempty"` // another try may succeed
	Reason    string `json:"reason,omitempty"`

	Version int    `json:"version,omitempty"`
	Source  string `json:"source,omitempty"`
	Dest    string `json:"dest,omitempty"`
	Jobs    int    `json:"jobs,omitempty"` // children at once; of finished: what auto has settled on
	Auto    bool   `json:"auto,omitempty"` // jobs is looked for while they run
	Asked   int    `json:"asked,omitempty"`
	DryRun  bool   `json:"dry_run,omitempty"`
	Verify  bool   `json:"verify,omitempty"` // nothing is copied, the two sides are compared

	*Totals
}

// Process tells processes apart: a PID is one of its machine. The zero Node is the machine of the
// run's own parent, and in all but a run on a cluster the only one.
type Process struct {
	Node string
	PID  int
}

// Process is the one that the event is of.
func (e Event) Process() Process { return Process{e.Node, e.PID} }

// Parent is that of a process which is started.
func (e Event) Parent() Process {
	if e.Task != "" {
		return Process{PID: e.PPID}
	}
	return Process{e.Node, e.PPID}
}

// Settles tells whether the event is the last word of a name that is done with: it was copied, compared or made, or there was
// nothing to do. (Failed is that of one that is not.)
func (e Event) Settles() bool {
	switch e.Kind {
	case Copied, Linked, Made, Verified, Skipped, Differs:
		return true
	}
	return false
}

// Totals are the fields of Finished, beside files, bytes and duration.
type Totals struct {
	Links    int `json:"links"`
	Skipped  int `json:"skipped"`
	Failed   int `json:"failed"`
	Children int `json:"children"` // started in all, those for folders and links among them
	Peak     int `json:"peak"`     // the most at once

	Repaired int `json:"repaired,omitempty"` // copies that were there, and got attributes that they lacked; of a dry run, would get

	Retried   int `json:"retried"`   // tries that failed, and were followed by another
	Abandoned int `json:"abandoned"` // children that could not even be killed

	Tasks int `json:"tasks,omitempty"` // of a cluster, each the parent of some of the children
	Nodes int `json:"nodes,omitempty"` // that they ran on

	Rate float64 `json:"rate"` // bytes a second

	Verified  int            `json:"verified"`         // files whose contents are proved the same on both sides
	Missing   int            `json:"missing"`          // at the destination
	Extra     int            `json:"extra"`            // at the destination alone
	Different int            `json:"different"`        // on the two sides
	Losses    map[string]int `json:"losses,omitempty"` // files that lost something, by what it was

	Planned      int   `json:"planned,omitempty"` // files that a dry run would copy, and their bytes
	PlannedBytes int64 `json:"planned_bytes,omitempty"`
}

// Sink takes events. It may be called from several goroutines.
type Sink func(Event)

// Stream puts events in one order and hands each to every reader in turn. A
// reader that is slow slows down whoever emits.
type Stream struct {
	mu      sync.Mutex
	readers []func(Event)
}

// NewStream makes a stream for these readers; each is called by one goroutine at a time.
func NewStream(readers ...func(Event)) *Stream { return &Stream{readers: readers} }

// Emit is the stream's Sink. An event without a time gets the present one.
func (s *Stream) Emit(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	for _, read := range s.readers {
		read(e)
	}
}
