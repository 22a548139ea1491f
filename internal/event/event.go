// Package event defines what can happen in a run, and how a record of it is written and read as JSON Lines.
//
// Every fact about a run is one event in one stream with one order. Children write their events to a pipe of their
// own. The parent adds the child's name and PID, and the facts that only the parent knows. All views read nothing
// else, so a recorded stream gives the same pictures as the live one.
//
//	begun ─▶ started ─▶ progress… ─▶ copied | skipped | failed ─▶ exited ─▶ … ─▶ finished
//	            └─ one child ──────────────────────────────────┘
//	begun ─▶ started ─▶ exited ─▶ ran | failed ─▶ … ─▶ finished    (a command for each item)
//	begun ─▶ started ─▶ executed ─▶ zombie ─▶ exited ─▶ … ─▶ finished    (the processes of a traced program)
//
// A child may end without an event for an item, or fail for a cause that may pass. When there is another attempt, that
// item gets a retried event and no failed event.
//
// [Kinds] and [Fields] are the tables of the format: which kind has which fields, and what each field means. The JSON
// Schema, the manual and the checks in tests come from these tables.
package event

import (
	"sync"
	"time"
)

// Kind is the type of an event. Kinds tells when each one is emitted.
type Kind string

// The kinds, in the order of Kinds.
const (
	Begun     Kind = "begun"
	Limited   Kind = "limited"
	Adjusted  Kind = "adjusted"
	Measured  Kind = "measured"
	Submitted Kind = "submitted"
	Pending   Kind = "pending"
	Planned   Kind = "planned"
	Started   Kind = "started"
	Retried   Kind = "retried"
	Silent    Kind = "silent"
	Stalled   Kind = "stalled"
	Progress  Kind = "progress"
	Copied    Kind = "copied"
	Linked    Kind = "linked"
	Made      Kind = "made"
	Verified  Kind = "verified"
	Ran       Kind = "ran"
	Differs   Kind = "differs"
	Skipped   Kind = "skipped"
	Failed    Kind = "failed"
	Exited    Kind = "exited"
	Signalled Kind = "signalled"
	Zombie    Kind = "zombie"
	Adopted   Kind = "adopted"
	Executed  Kind = "executed"
	Stopped   Kind = "stopped"
	Continued Kind = "continued"
	Session   Kind = "session"
	Grouped   Kind = "grouped"
	Subreaper Kind = "subreaper"
	Piped     Kind = "piped"
	Stopping  Kind = "stopping"
	Finished  Kind = "finished"
)

// Reasons of Skipped that mean that nothing is missing at the destination. A user may miss a file that was skipped for
// any other reason.
const (
	ReasonDone   = "same size and time"
	ReasonExists = "exists"

	ReasonRan = "done by an earlier run" // its command has ended

	ReasonRepaired = "same size and time, attributes repaired" // no contents were moved
)

// ReasonUnread is a reason of Stopping: the reader of standard output has gone away (| head), which is no news to it.
const ReasonUnread = "nobody reads the output"

// EndedByLimit begins the error of Failed when a command has reached a limit of its own.
const EndedByLimit = "ended by its "

// ReasonLimit is the reason of Adjusted when a user has changed the number of slots.
const ReasonLimit = "brood limit"

// Reasons of Differs.
const (
	ReasonMissing  = "missing"        // at the destination
	ReasonExtra    = "extra"          // at the destination alone
	ReasonKind     = "other kind"     // a folder instead of a file, and so on
	ReasonSize     = "other size"     //
	ReasonContents = "other contents" //
	ReasonTarget   = "other target"   // of a symlink
)

// Phases of Progress. The phase is "" while bytes are copied.
const (
	Syncing   = "syncing"
	Verifying = "verifying"
	Waiting   = "waiting" // for a turn at the rate that all children share
)

// Version is the number of this format, for copies and lessons. It grows when a reader of the old format would misread
// the new one. Readers before CommandVersion would misread the record of a command's run, and readers before
// TraceVersion that of a traced program.
const (
	Version        = 2
	CommandVersion = 3
	TraceVersion   = 4
)

// Event is one fact. A field that a kind does not have is zero, and the JSON leaves it out. Fields explains each
// field.
type Event struct {
	Time time.Time `json:"time"`
	Kind Kind      `json:"kind"`

	Name   string `json:"name,omitempty"`
	PID    int    `json:"pid,omitempty"`
	PPID   int    `json:"ppid,omitempty"`
	Sender int    `json:"sender,omitempty"`
	Group  int    `json:"group,omitempty"`

	Node  string `json:"node,omitempty"`
	Task  string `json:"task,omitempty"`
	Array string `json:"array,omitempty"`

	Command Paths `json:"command,omitempty"`
	Inputs  Paths `json:"inputs,omitempty"`
	Seq     int   `json:"seq,omitempty"`

	File  string `json:"file,omitempty"`
	Items int    `json:"items,omitempty"`
	Files int    `json:"files,omitempty"`
	Tasks int    `json:"tasks,omitempty"`

	Bytes    int64   `json:"bytes,omitempty"`
	Size     int64   `json:"size,omitempty"`
	Duration float64 `json:"duration,omitempty"`
	Method   string  `json:"method,omitempty"`
	Phase    string  `json:"phase,omitempty"`

	Hash    string   `json:"hash,omitempty"`
	Digest  string   `json:"digest,omitempty"`
	Resumed int64    `json:"resumed,omitempty"`
	Retries int      `json:"retries,omitempty"`
	Lost    []string `json:"lost,omitempty"`

	ExitCode *int     `json:"exitcode,omitempty"`
	Signal   string   `json:"signal,omitempty"`
	User     float64  `json:"user,omitempty"`
	System   float64  `json:"system,omitempty"`
	MaxRSS   int64    `json:"maxrss,omitempty"`
	Zombie   float64  `json:"zombie,omitempty"`
	Threads  int      `json:"threads,omitempty"`
	Pipes    []string `json:"pipes,omitempty"`
	Stdout   string   `json:"stdout,omitempty"`
	Stderr   string   `json:"stderr,omitempty"`

	State string `json:"state,omitempty"`
	WChan string `json:"wchan,omitempty"`

	Attempt int     `json:"attempt,omitempty"`
	Delay   float64 `json:"delay,omitempty"`

	Error     string `json:"error,omitempty"`
	Transient bool   `json:"transient,omitempty"`
	Reason    string `json:"reason,omitempty"`

	Version int    `json:"version,omitempty"`
	Source  string `json:"source,omitempty"`
	Sources Paths  `json:"sources,omitempty"`
	Dest    string `json:"dest,omitempty"`
	Slots   int    `json:"slots,omitempty"`
	Asked   int    `json:"asked,omitempty"`
	Auto    bool   `json:"auto,omitempty"`
	Trying  bool   `json:"trying,omitempty"`
	DryRun  bool   `json:"dry_run,omitempty"`
	Verify  bool   `json:"verify,omitempty"`

	*Totals
}

// Paths are several texts that are not for people alone, such as names of files. Each is any bytes.
type Paths []string

// Totals are the fields that only Finished has.
type Totals struct {
	Links    int `json:"links"`
	Skipped  int `json:"skipped"`
	Failed   int `json:"failed"`
	Unbegun  int `json:"unbegun,omitempty"`
	Children int `json:"children"`
	Peak     int `json:"peak"`

	Repaired int `json:"repaired,omitempty"`

	Retried   int `json:"retried"`
	Abandoned int `json:"abandoned"`

	Nodes int `json:"nodes,omitempty"`

	Rate float64 `json:"rate"`

	Verified  int            `json:"verified"`
	Missing   int            `json:"missing"`
	Extra     int            `json:"extra"`
	Different int            `json:"different"`
	Losses    map[string]int `json:"losses,omitempty"`

	Planned      int   `json:"planned,omitempty"`
	PlannedBytes int64 `json:"planned_bytes,omitempty"`
}

// Process identifies a process: a PID means something only on its machine. Node is "" on the machine of the run's own
// parent, which is the only machine of a run without a cluster.
type Process struct {
	Node string
	PID  int
}

// Process returns the process that the event is about.
func (e Event) Process() Process { return Process{e.Node, e.PID} }

// Parent returns the parent of that process. The parent of a task is the run's own parent, on another machine.
func (e Event) Parent() Process {
	if e.Task != "" {
		return Process{PID: e.PPID}
	}
	return Process{e.Node, e.PPID}
}

// Settles reports whether the event is the good final outcome of its item: the item was copied, compared or made, its
// command has succeeded, or there was nothing to do. Failed is the final outcome of the others.
func (e Event) Settles() bool {
	switch e.Kind {
	case Copied, Linked, Made, Verified, Ran, Skipped, Differs:
		return true
	}
	return false
}

// Sink takes events. It may be called from several goroutines.
type Sink func(Event)

// Stream puts events in one order and calls every reader with each of them, one reader after the other. A slow reader
// slows down the emitter.
type Stream struct {
	mu      sync.Mutex
	readers []func(Event)
	hold    func(bool)
	holding int // calls of Together under way
}

// NewStream makes a stream for these readers. Each one is called by one goroutine at a time.
func NewStream(readers ...func(Event)) *Stream { return &Stream{readers: readers} }

// Hold has hold(true) called before events that came together, and hold(false) after them. Meanwhile a reader may put
// off what costs the same for one event as for many. It is called like a reader, also for events of several that
// overlap, and each call must do what was put off.
func (s *Stream) Hold(hold func(bool)) { s.hold = hold }

// Together calls do, which emits events that came together. It must not wait for further events.
func (s *Stream) Together(do func()) {
	s.held(+1)
	defer s.held(-1)
	do()
}

func (s *Stream) held(more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holding += more; s.hold != nil {
		s.hold(s.holding > 0)
	}
}

// Emit is the stream's Sink. It adds the current time to an event that has none.
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
