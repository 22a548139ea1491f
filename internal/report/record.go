package report

import (
	"time"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// record is the JSON form of a run in the page. Times are microseconds from the beginning of the run, or none for
// what has not happened. Most texts are indices into Texts. Lists are stored as columns, which halves their size.
type record struct {
	Begun    string            `json:"begun"` // local time of the run
	End      int64             `json:"end"`   // time of the last event
	Finished bool              `json:"finished"`
	Run      run               `json:"run"`
	Texts    []string          `json:"texts"`   // the first is ""
	Chinese  map[string]string `json:"chinese"` // translations of reasons
	Lives    lives             `json:"lives"`
	Signals  []signal          `json:"signals"`
	Files    files             `json:"files"`
	Moved    moved             `json:"moved"`
	Outputs  []output          `json:"outputs,omitempty"`
}

const none = -1

type run struct {
	PID      int     `json:"pid"`
	PPID     int     `json:"ppid"`
	Source   string  `json:"source"`
	Sources  int     `json:"sources,omitempty"` // how many, if there are several
	Dest     string  `json:"dest"`
	Verify   bool    `json:"verify"`
	DryRun   bool    `json:"dryRun"`
	Files    int     `json:"files"`
	Bytes    int64   `json:"bytes"`
	Rate     float64 `json:"rate"`
	Failed   int     `json:"failed"` // of a comparison: failed or different
	Skipped  int     `json:"skipped"`
	Retried  int     `json:"retried"`
	Children int     `json:"children"`
	Peak     int     `json:"peak"`
	Tasks    int     `json:"tasks,omitempty"`
	Nodes    int     `json:"nodes,omitempty"`
	Ended    int64   `json:"ended"`
	Traced   string  `json:"traced,omitempty"`  // the command line of a traced program
	Command  string  `json:"command,omitempty"` // that is run for each item
	Lesson   string  `json:"lesson,omitempty"`  // its name
	Stopped  string  `json:"stopped"`           // the signal
	Halted   string  `json:"halted"`            // the reason
}

// lives are all processes except the parent, in the order of their start. On a cluster each task comes before its
// children.
type lives struct {
	Name     []int     `json:"name"`
	PID      []int     `json:"pid"`
	PPID     []int     `json:"ppid"`
	Slot     []int     `json:"slot"`
	File     []int     `json:"file"`
	Files    []int     `json:"files"`
	Command  []int     `json:"command"`
	Asked    []int64   `json:"asked"`
	Started  []int64   `json:"started"`
	Ended    []int64   `json:"ended"`
	Reaped   []int64   `json:"reaped"`
	Reaper   []int     `json:"reaper"` // a PID; 0 if no member of the family reaped it
	Adopted  []int64   `json:"adopted"`
	Adopter  []int     `json:"adopter"`
	ExitCode []*int    `json:"exitcode"`
	Signal   []int     `json:"signal"`
	Error    []int     `json:"error"`
	Bytes    []int64   `json:"bytes"`
	CPU      []int64   `json:"cpu"` // microseconds
	MaxRSS   []int64   `json:"maxrss"`
	Failed   []int     `json:"failed"`
	Retried  []int     `json:"retried"`
	Phases   [][]int64 `json:"phases"` // of each life a flat list: kind, from, to, file, kind, from …

	// On a cluster only.
	Node   []int `json:"node,omitempty"`
	Task   []int `json:"task,omitempty"`
	Lane   []int `json:"lane,omitempty"`   // slot on its node
	Parent []int `json:"parent,omitempty"` // index of the starter's life; none if the parent of the run started it
	Lost   []int `json:"lost,omitempty"`

	// Of a lesson and of a traced program only.
	Letter []int     `json:"letter,omitempty"`
	Deeds  [][]int64 `json:"deeds,omitempty"` // of each life a flat list: kind, at, PID, text, kind, at …
}

// signal holds the index of the life that received it, the time, the sender's PID and the index of its name.
type signal [4]int64

type files struct {
	Name    []int   `json:"name"`
	Outcome []int   `json:"outcome"`
	Life    []int   `json:"life"` // none if the parent did it
	Bytes   []int64 `json:"bytes"`
	From    []int64 `json:"from"`
	To      []int64 `json:"to"`
	Why     []int   `json:"why"`
}

// output has the last lines of a failed command, as indices into Texts. File is the index of its item.
type output struct {
	File   int `json:"file"`
	Stdout int `json:"stdout"`
	Stderr int `json:"stderr"`
}

// moved has the bytes that all children together had read or written by each time.
type moved struct {
	At    []int64 `json:"at"`
	Bytes []int64 `json:"bytes"`
}

// mostMoved is the number of points in moved: a wide screen shows no more.
const mostMoved = 4000

// writing makes a record of a time line.
type writing struct {
	t       *status.Timeline
	record  record
	chinese func(reason string) string
	texts   map[string]int
	nth     map[*status.Life]int
	slots   map[*status.Life]int
}

func recordOf(t *status.Timeline) *record {
	w := writing{t: t, chinese: view.Reasons("zh"), texts: map[string]int{}}
	w.nth, w.slots = map[*status.Life]int{}, map[*status.Life]int{}
	w.record.Chinese = map[string]string{}
	w.text("")
	w.record.Begun = t.Parent.Asked.Format("2006-01-02 15:04:05 -07:00")
	w.record.Finished, w.record.End = t.Finished, w.since(t.End())
	w.record.Signals = []signal{}
	w.run()
	w.lives()
	for _, f := range t.Files {
		w.file(f)
	}
	w.moved()
	return &w.record
}

// text returns the index of a text. The text holds no character that cannot be seen, except newlines in an output.
func (w *writing) text(text string) int {
	place, ok := w.texts[text]
	if !ok {
		place = len(w.record.Texts)
		w.texts[text] = place
		w.record.Texts = append(w.record.Texts, text)
	}
	return place
}

func (w *writing) name(name string) int { return w.text(event.Plain(name)) }

// reason makes a reason visible, and notes its translation.
func (w *writing) reason(reason string) string {
	text := event.Visible(reason)
	if own := w.chinese(text); own != text {
		w.record.Chinese[text] = own
	}
	return text
}

func (w *writing) since(at time.Time) int64 {
	if at.IsZero() {
		return none
	}
	return max(0, at.Sub(w.t.Parent.Asked).Microseconds())
}

func (w *writing) run() {
	r := w.t.Run()
	end := r.Finished(w.t.End())
	w.record.Run = run{
		PID: r.PID, PPID: r.PPID, Source: event.Plain(r.Source), Sources: len(r.Sources), Dest: event.Plain(r.Dest),
		Verify: r.Verify, DryRun: r.DryRun, Files: r.Files, Bytes: r.Bytes, Rate: end.Rate,
		Failed: r.Failed + r.Missing + r.Extra + r.Different, Skipped: r.Skipped,
		Retried: r.Retried, Children: r.Children, Peak: r.Peak, Tasks: r.Tasks, Nodes: r.Nodes,
		Ended: w.since(w.t.Parent.Ended), Stopped: event.Visible(r.Stopped), Halted: w.reason(r.Halted),
		Lesson: event.Plain(r.Lesson), Traced: view.CommandLine(r.Traced), Command: view.CommandLine(r.Command),
	}
}

func (w *writing) lives() {
	for i, lane := range w.t.Lanes() {
		for _, l := range lane.Lives {
			w.slots[l] = i
		}
	}
	for i, l := range w.t.Rows() {
		w.nth[l] = i
		w.life(l)
		w.member(l.Member)
		w.signals(i, l)
		if !w.t.Run().Works() {
			w.history(l.Member)
		}
		if w.t.Run().Nodes > 0 {
			w.onNode(l)
		}
	}
}

// onNode adds the columns that only a cluster has.
func (w *writing) onNode(l *status.Life) {
	c, parent := &w.record.Lives, none
	if l.Parent != nil {
		parent = w.nth[l.Parent]
	}
	c.Node, c.Task = append(c.Node, w.name(l.Node)), append(c.Task, w.name(l.Task))
	c.Lane, c.Parent = append(c.Lane, l.Slot), append(c.Parent, parent)
	c.Lost = append(c.Lost, w.text(w.reason(l.Lost)))
}

func (w *writing) life(l *status.Life) {
	c := &w.record.Lives
	c.Name, c.PID, c.PPID = append(c.Name, w.name(l.Name)), append(c.PID, l.PID), append(c.PPID, l.PPID)
	c.Slot, c.File, c.Files = append(c.Slot, w.slots[l]), append(c.File, w.name(l.File)), append(c.Files, l.Items)
	c.Asked, c.Started = append(c.Asked, w.since(l.Asked)), append(c.Started, w.since(l.Started))
	c.Ended, c.Reaped = append(c.Ended, w.since(l.Ended)), append(c.Reaped, w.since(l.Reaped))
	c.Adopted, c.Adopter = append(c.Adopted, w.since(l.Adopted)), append(c.Adopter, l.Adopter)
	c.ExitCode, c.Signal = append(c.ExitCode, l.ExitCode), append(c.Signal, w.text(event.Visible(l.Signal)))
	c.Error, c.Bytes = append(c.Error, w.text(w.reason(l.Error))), append(c.Bytes, l.Bytes)
	c.CPU, c.MaxRSS = append(c.CPU, int64((l.User+l.System)*1e6)), append(c.MaxRSS, l.MaxRSS)
	c.Failed, c.Retried = append(c.Failed, l.Failed), append(c.Retried, l.Retried)
	phases := make([]int64, 0, 4*len(l.Phases))
	for _, p := range l.Phases {
		kind, file := w.text(event.Visible(p.Kind)), w.name(p.File)
		phases = append(phases, int64(kind), w.since(p.From), w.since(p.To), int64(file))
	}
	c.Phases = append(c.Phases, phases)
}

func (w *writing) signals(n int, l *status.Life) {
	for _, sent := range l.Signals {
		name := w.text(event.Visible(sent.Signal))
		w.record.Signals = append(w.record.Signals, signal{int64(n), w.since(sent.At), int64(sent.From), int64(name)})
	}
}

// member adds the command line and the reaper of a process.
func (w *writing) member(m *status.Member) {
	c := &w.record.Lives
	command := ""
	for i, arg := range m.Command {
		if i > 0 {
			command += " "
		}
		command += event.Plain(arg)
	}
	c.Command, c.Reaper = append(c.Command, w.text(command)), append(c.Reaper, m.Reaper)
}

func (w *writing) file(f status.File) {
	c, life := &w.record.Files, none
	if f.Life != nil {
		life = w.nth[f.Life]
	}
	c.Name, c.Life = append(c.Name, w.name(f.Name)), append(c.Life, life)
	c.Outcome = append(c.Outcome, w.text(string(f.Outcome)))
	c.Bytes, c.Why = append(c.Bytes, f.Bytes), append(c.Why, w.text(w.reason(f.Why)))
	c.From, c.To = append(c.From, w.since(f.From)), append(c.To, w.since(f.To))
	if l := f.Life; l != nil && l.Stdout+l.Stderr != "" {
		stdout, stderr := w.text(view.OfCommand(l.Stdout)), w.text(view.OfCommand(l.Stderr))
		w.record.Outputs = append(w.record.Outputs, output{len(c.Name) - 1, stdout, stderr})
	}
}

// moved leaves out points that are too close to each other to be distinguished.
func (w *writing) moved() {
	c, apart := &w.record.Moved, w.record.End/mostMoved
	for i, m := range w.t.Moved {
		at := w.since(m.At)
		if n := len(c.At); n > 0 && i < len(w.t.Moved)-1 && at-c.At[n-1] < apart {
			continue
		}
		c.At, c.Bytes = append(c.At, at), append(c.Bytes, m.Bytes)
	}
}
