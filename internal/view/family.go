package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"brood/internal/command"
	"brood/internal/event"
	"brood/internal/status"
)

// FamilyWords are the phrases of a family tree in one language. Each is a format for a letter, a number or a
// name. Killed is for SIGKILL, Terminated for any other signal.
type FamilyWords struct {
	Started, Signalled, Ended, Adopted, Exited, Killed, Terminated, Lost, Reaped, Nobody, Somebody, More string

	// Of a traced program.
	Executed, Stopped, Continued, Session, Grouped, Leads, Subreaper, Zombie, Unreaped, Runs, FromKernel string
}

// EnglishFamily and ChineseFamily are the phrases of the family tree.
var (
	EnglishFamily = FamilyWords{
		Started: "started by %s", Signalled: "%s from %s", Ended: "ended, a zombie", Adopted: "adopted by %s",
		Exited: "exit code %d", Killed: "killed by %s (%d)", Terminated: "killed by %s (%d)", Lost: "lost: %s",
		Reaped: "reaped by %s", Nobody: "not reaped by the family", Somebody: "pid %d", More: "and %s more",
		Executed: "executes %s", Stopped: "stopped by %s", Continued: "continued", Session: "a session of its own",
		Grouped: "in the group of %s", Leads: "a group of its own", Subreaper: "adopts orphans",
		Zombie: "a zombie for %s", Unreaped: "still a zombie", Runs: "still runs", FromKernel: "%s from the kernel",
	}
	ChineseFamily = FamilyWords{
		Started: "由 %s 启动", Signalled: "收到 %[2]s 的 %[1]s", Ended: "结束，成为僵尸", Adopted: "被 %s 收养",
		Exited: "退出码 %d", Killed: "被 %s 杀死（%d）", Terminated: "被 %s 终止（%d）", Lost: "丢失：%s",
		Reaped: "由 %s 回收", Nobody: "未被家族成员回收", Somebody: "PID %d", More: "还有 %s 个",
		Executed: "执行 %s", Stopped: "被 %s 停止", Continued: "继续运行", Session: "创建新会话",
		Grouped: "加入 %s 的进程组", Leads: "创建新进程组", Subreaper: "收养孤儿进程",
		Zombie: "成为僵尸 %s", Unreaped: "仍是僵尸", Runs: "仍在运行", FromKernel: "收到内核的 %s",
	}
)

// killed is the end of a process by a signal.
func (w FamilyWords) killed(signal string, code int) string {
	format := w.Terminated
	if signal == "SIGKILL" {
		format = w.Killed
	}
	return fmt.Sprintf(format, plain(signal), code)
}

// Family draws who started whom as a tree, for a terminal of that width; 0 for any width. After each process stands
// its history.
func Family(w io.Writer, f *status.Family, words FamilyWords, columns int) error {
	return family(w, f, language{family: words}, columns)
}

func family(w io.Writer, f *status.Family, l language, columns int) error {
	d := drawing{family: f, language: l, words: l.family, columns: columns, below: f.Trees()}
	for _, m := range d.below[nil] {
		d.member(m, "", "", 1)
	}
	_, err := io.WriteString(w, d.text.String())
	return err
}

type drawing struct {
	family   *status.Family
	language language
	words    FamilyWords
	columns  int // 0 for any number
	below    map[*status.Member][]*status.Member
	text     strings.Builder
}

// mostDepth is the number of generations that a tree shows. Members below them are only counted: the lines
// grow longer with each generation, until nobody can read them.
const mostDepth = 50

// mostSiblings is the number of children of one process that the tree of a traced program shows.
const mostSiblings = 100

// countBelow counts the members below one in a tree.
func countBelow[T comparable](below map[T][]T, of T) (n int) {
	for next := []T{of}; len(next) > 0; {
		children := below[next[len(next)-1]]
		next = append(next[:len(next)-1], children...)
		n += len(children)
	}
	return n
}

// member draws a process and its children. The prefix of its own line is branch, that of its children's lines stem.
func (d *drawing) member(m *status.Member, branch, stem string, depth int) {
	children := d.below[m]
	rest := stem + "   " // the beginning of further lines
	if len(children) > 0 {
		rest = stem + "│  "
	}
	d.line(fmt.Sprintf("%s%s %s %s  ", branch, m.Letter, pidOn(m.PID, m.Node), plain(m.Name)), rest, d.history(m))
	if depth == mostDepth && len(children) > 0 {
		fmt.Fprintf(&d.text, "%s└─ … %s\n", stem, fmt.Sprintf(d.words.More, count(countBelow(d.below, m))))
		return
	}
	for i, child := range children {
		if d.family.Traced && i == mostSiblings && len(children) > mostSiblings+1 {
			fmt.Fprintf(&d.text, "%s└─ … %s\n", stem, fmt.Sprintf(d.words.More, count(len(children)-i)))
			return
		}
		if i == len(children)-1 {
			d.member(child, stem+"└─ ", stem+"   ", depth+1)
		} else {
			d.member(child, stem+"├─ ", stem+"│  ", depth+1)
		}
	}
}

// line writes a history behind its beginning. Deeds that do not fit go to further lines, which begin with rest.
func (d *drawing) line(line, rest string, history []string) {
	const between = " · "
	for i, deed := range history {
		more := between // and the line must have room for the dot at its end
		if i == len(history)-1 {
			more = ""
		}
		switch {
		case i == 0:
			line += deed
		case d.columns <= 0 || width(line+between+deed+strings.TrimRight(more, " ")) <= d.columns:
			line += between + deed
		default:
			d.text.WriteString(line + strings.TrimRight(between, " ") + "\n")
			line = rest + deed
		}
	}
	d.text.WriteString(line + "\n")
}

func (d *drawing) history(m *status.Member) (said []string) {
	for i, e := range m.History {
		said = append(said, d.deed(m, i, e)...)
	}
	switch {
	case m.Lost != "":
	case d.family.Traced && m.Reaped.IsZero() && !m.Ended.IsZero():
		said = append(said, d.end(status.Deed{ExitCode: m.ExitCode, Signal: m.Signal}), d.words.Unreaped)
	case d.family.Traced && m.Reaped.IsZero():
		said = append(said, d.words.Runs)
	case m.ExitCode == nil:
		said = append(said, d.words.Nobody)
	}
	return said
}

// deed says what a deed was. Of a traced program it leaves out what the tree shows anyway: that a parent has started
// and reaped its child.
func (d *drawing) deed(m *status.Member, i int, e status.Deed) (said []string) {
	parent := d.family.Traced && m.Starter == e.By.PID && d.family.StarterOf(m) != nil
	switch e.Kind {
	case event.Started:
		if !parent {
			said = append(said, fmt.Sprintf(d.words.Started, d.starter(m)))
		}
	case event.Signalled:
		if e.By.PID == 0 {
			said = append(said, fmt.Sprintf(d.words.FromKernel, e.Signal))
		} else {
			said = append(said, fmt.Sprintf(d.words.Signalled, e.Signal, d.who(e.By)))
		}
	case event.Zombie:
		if !d.family.Traced {
			said = append(said, d.words.Ended)
		} else if lasted := d.zombie(m, i); lasted > briefly {
			said = append(said, fmt.Sprintf(d.words.Zombie, took(lasted.Seconds())))
		}
	case event.Adopted:
		said = append(said, fmt.Sprintf(d.words.Adopted, d.who(e.By)))
	case event.Executed:
		said = append(said, fmt.Sprintf(d.words.Executed, plain(e.Program)))
	case event.Stopped:
		said = append(said, fmt.Sprintf(d.words.Stopped, e.Signal))
	case event.Continued:
		said = append(said, d.words.Continued)
	case event.Session:
		said = append(said, d.words.Session)
	case event.Grouped:
		if e.Group == m.PID {
			said = append(said, d.words.Leads)
		} else {
			said = append(said, fmt.Sprintf(d.words.Grouped, d.who(event.Process{PID: e.Group})))
		}
	case event.Subreaper:
		said = append(said, d.words.Subreaper)
	case event.Exited:
		said = append(said, d.end(e))
		if m.Lost == "" && !parent {
			said = append(said, fmt.Sprintf(d.words.Reaped, d.who(e.By)))
		}
	}
	return said
}

// briefly is how long a zombie is not worth a word: its parent waits, and is only not yet there.
const briefly = 50 * time.Millisecond

// zombie returns how long a process of a traced program was a zombie.
func (d *drawing) zombie(m *status.Member, i int) time.Duration {
	if m.Reaped.IsZero() {
		return 0 // its last word says so
	}
	return m.Reaped.Sub(m.History[i].At)
}

func (d *drawing) end(e status.Deed) string {
	switch {
	case e.ExitCode == nil && e.Reason != "":
		return fmt.Sprintf(d.words.Lost, plain(d.language.reason(e.Reason)))
	case e.ExitCode == nil:
		return ""
	case e.Signal != "":
		return d.words.killed(e.Signal, *e.ExitCode)
	default:
		return fmt.Sprintf(d.words.Exited, *e.ExitCode)
	}
}

func (d *drawing) starter(m *status.Member) string {
	if s := d.family.StarterOf(m); s != nil {
		return s.Letter
	}
	return stranger(d.family, m.Starter, d.words)
}

// stranger names a process that is none of the family.
func stranger(f *status.Family, pid int, words FamilyWords) string {
	if f.Traced && pid == f.Tracer {
		return "brood"
	}
	return fmt.Sprintf(words.Somebody, pid)
}

// who returns the letter of a member, or the PID of a stranger.
func (d *drawing) who(p event.Process) string {
	if m := d.family.Of(p); m != nil {
		return m.Letter
	}
	return stranger(d.family, p.PID, d.words)
}

// CommandLine returns a command line as a shell reads it, for a terminal or a picture.
func CommandLine(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	return plain(command.Quote(argv))
}

// pidOn returns a PID with its node, as nodes have the same PIDs: 4711, or on node n1 4711@n1.
func pidOn(pid int, node string) string { return nameOn(strconv.Itoa(pid), node) }

// nameOn returns a child's name with its node, as each task counts its children from 1.
func nameOn(name, node string) string {
	if node == "" {
		return name
	}
	return name + "@" + shorten(plain(node), longestNode)
}

// longestNode is in columns. A longer name keeps its end, where nodes differ.
const longestNode = 16

// plain escapes a name for a terminal, see event.Plain.
func plain(name string) string { return event.Plain(name) }
