package view

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// Trace writes a run in the trace-event format of Chrome, in its JSON object form. Perfetto and chrome://tracing
// open it. Each process has a slice for its life and one for each phase, and a mark for each signal, stop, program and
// adoption. An arrow leads from each parent to each child, and the throughput is a counter.
//
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
func Trace(w io.Writer, t *status.Timeline) error {
	out := bufio.NewWriter(w)
	tr := tracing{t: t, out: json.NewEncoder(out), begun: t.Parent.Asked, end: t.End(), pids: map[*status.Life]int{}}
	tr.used = map[int]bool{t.Parent.PID: true}
	tr.out.SetEscapeHTML(false)
	tr.separate = func() error { return out.WriteByte(',') }
	_, tr.err = out.WriteString(`{"displayTimeUnit":"ms","traceEvents":[` + "\n")
	tr.parent(&t.Parent)
	for n, l := range t.Rows() {
		tr.life(l, n+1)
	}
	tr.throughput(t)
	if tr.err == nil {
		_, tr.err = out.WriteString("]}\n")
	}
	if tr.err != nil {
		return tr.err
	}
	return out.Flush()
}

// traceEvent is an event of the format. Times are in microseconds.
type traceEvent struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"` // X a slice, i an instant, M metadata, C a counter, s and f the ends of an arrow
	Time     float64        `json:"ts"`
	Duration float64        `json:"dur,omitempty"`
	PID      int            `json:"pid"`
	TID      int            `json:"tid"`
	ID       int            `json:"id,omitempty"`
	Binding  string         `json:"bp,omitempty"`
	Scope    string         `json:"s,omitempty"` // of an instant: t for its thread
	Args     map[string]any `json:"args,omitempty"`
}

type tracing struct {
	t          *status.Timeline
	out        *json.Encoder
	begun, end time.Time
	used       map[int]bool // PIDs that the trace already has
	pids       map[*status.Life]int
	separate   func() error // between two events
	events     int
	err        error
}

func (tr *tracing) write(e traceEvent) {
	if tr.events++; tr.events > 1 && tr.err == nil {
		tr.err = tr.separate()
	}
	if tr.err == nil {
		tr.err = tr.out.Encode(e)
	}
}

func (tr *tracing) at(t time.Time) float64 { return float64(t.Sub(tr.begun).Nanoseconds()) / 1e3 }

func (tr *tracing) slice(pid int, name, category string, from, to time.Time, args map[string]any) {
	tr.write(traceEvent{
		Name: name, Category: category, Phase: "X", Time: tr.at(from), Duration: max(tr.at(to)-tr.at(from), 0),
		PID: pid, TID: pid, Args: args,
	})
}

func (tr *tracing) named(pid, order int, name string) {
	meta := traceEvent{Phase: "M", PID: pid, TID: pid}
	meta.Name, meta.Args = "process_name", map[string]any{"name": name}
	tr.write(meta)
	meta.Name, meta.Args = "process_sort_index", map[string]any{"sort_index": order}
	tr.write(meta)
}

func (tr *tracing) parent(l *status.Life) {
	tr.named(l.PID, 0, l.Name)
	tr.slice(l.PID, l.Name, "process", l.Started, l.End(tr.end), nil)
}

// reused is the first number for processes whose PID another process of the trace has.
const reused = 10_000_000

func (tr *tracing) life(l *status.Life, n int) {
	pid := l.PID
	if tr.used[pid] {
		pid = reused + n
	}
	tr.used[pid], tr.pids[l] = true, pid
	tr.named(pid, n, nameOn(called(tr.t, l), l.Node))
	tr.slice(pid, plain(l.Name), "process", l.Asked, l.End(tr.end), traceArgs(l))
	for _, p := range l.Spans(tr.end) {
		tr.slice(pid, p.Kind, "phase", p.From, p.To, map[string]any{"file": plain(p.File)})
	}
	tr.marks(l, pid)
	parent := tr.pids[l.Parent] // 0 for a stranger
	if l.Parent == nil && l.PPID == tr.t.Parent.PID && (l.Node == "" || l.Task != "") {
		parent = l.PPID
	}
	if parent != 0 {
		arrow := traceEvent{Name: "start", Category: "start", ID: n}
		arrow.Phase, arrow.Time, arrow.PID, arrow.TID = "s", tr.at(l.Asked), parent, parent
		tr.write(arrow)
		arrow.Phase, arrow.Time, arrow.PID, arrow.TID, arrow.Binding = "f", tr.at(l.Started), pid, pid, "e"
		tr.write(arrow)
	}
}

// marks writes an instant for what happened to a process between its start and its end, in the words of the family.
func (tr *tracing) marks(l *status.Life, pid int) {
	d := drawing{family: &tr.t.Family, words: EnglishFamily}
	for i, deed := range l.Member.History {
		switch deed.Kind {
		case event.Started, event.Zombie, event.Exited: // the slices show them
		default:
			for _, said := range d.deed(l.Member, i, deed) {
				tr.write(traceEvent{
					Name: said, Category: string(deed.Kind), Phase: "i", Time: tr.at(deed.At), PID: pid, TID: pid, Scope: "t",
				})
			}
		}
	}
}

func traceArgs(l *status.Life) map[string]any {
	args := map[string]any{"pid": l.PID, "ppid": l.PPID, "file": plain(l.File), "files": l.Items, "bytes": l.Bytes}
	if l.ExitCode != nil {
		args["exitcode"] = *l.ExitCode
	}
	for name, text := range map[string]string{"signal": l.Signal, "node": l.Node, "task": l.Task, "lost": l.Lost} {
		if text != "" {
			args[name] = plain(text)
		}
	}
	return args
}

// throughput writes the bytes per second, in about two hundred steps.
func (tr *tracing) throughput(t *status.Timeline) {
	step := max(tr.end.Sub(tr.begun)/200, 20*time.Millisecond)
	last := status.Moved{At: tr.begun}
	for _, m := range t.Moved {
		took := m.At.Sub(last.At)
		if took < step {
			continue
		}
		tr.counter(t, last.At, float64(m.Bytes-last.Bytes)/took.Seconds())
		last = m
	}
	tr.counter(t, last.At, 0)
}

func (tr *tracing) counter(t *status.Timeline, at time.Time, rate float64) {
	tr.write(traceEvent{
		Name: "bytes per second", Phase: "C", Time: tr.at(at), PID: t.Parent.PID, TID: t.Parent.PID,
		Args: map[string]any{"rate": rate},
	})
}
