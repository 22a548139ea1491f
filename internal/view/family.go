package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"brood/internal/event"
	"brood/internal/status"
)

// FamilyWords are what a family tree says, in one language.
type FamilyWords struct {
	Started, Signalled, Ended, Adopted, Exited, Killed, Lost, Reaped, Nobody, Somebody, More string
}

// EnglishFamily and ChineseFamily are the words of the family tree. Each is a
// format, for a letter, a number or a name.
var (
	EnglishFamily = FamilyWords{
		Started: "started by %s", Signalled: "%s from %s", Ended: "ended, a zombie", Adopted: "adopted by %s",
		Exited: "exit code %d", Killed: "killed by %s (%d)", Lost: "lost: %s", Reaped: "reaped by %s", Nobody: "reaped by none of them", Somebody: "pid %d",
		More: "and %s more",
	}
	ChineseFamily = FamilyWords{
		Started: "由 %s 启动", Signalled: "收到 %[2]s 的 %[1]s", Ended: "结束，成为僵尸", Adopted: "被 %s 收养",
		Exited: "退出码 %d", Killed: "被 %s 杀死 (%d)", Lost: "丢失：%s", Reaped: "由 %s 回收", Nobody: "未被家族成员回收", Somebody: "进程 %d",
		More: "还有 %s 个",
	}
)

// Family draws who started whom as a tree, with what happened to each after it.
func Family(w io.Writer, f *status.Family, words FamilyWords) error {
	d := drawing{family: f, words: words, below: f.Trees()}
	for _, m := range d.below[nil] {
		d.member(m, "", "", 1)
	}
	_, err := io.WriteString(w, d.text.String())
	return err
}

type drawing struct {
	family *status.Family
	words  FamilyWords
	below  map[*status.Member][]*status.Member
	text   strings.Builder
}

// mostDepth is how many generations of a tree are drawn. Those below are counted: nobody can
// read the lines, whose length grows with each.
const mostDepth = 50

// countBelow is how many there are below one in a tree.
func countBelow[T comparable](below map[T][]T, of T) (n int) {
	for next := []T{of}; len(next) > 0; {
		children := below[next[len(next)-1]]
		next = append(next[:len(next)-1], children...)
		n += len(children)
	}
	return n
}

// member draws one process and those that it has started; branch is what stands
// before it, stem what stands before those.
func (d *drawing) member(m *status.Member, branch, stem string, depth int) {
	fmt.Fprintf(&d.text, "%s%s %s %s  %s\n", branch, m.Letter, pidOn(m.PID, m.Node), plain(m.Name), strings.Join(d.history(m), " · "))
	children := d.below[m]
	if depth == mostDepth && len(children) > 0 {
		fmt.Fprintf(&d.text, "%s└─ … %s\n", stem, fmt.Sprintf(d.words.More, count(countBelow(d.below, m))))
		return
	}
	for i, child := range children {
		if i == len(children)-1 {
			d.member(child, stem+"└─ ", stem+"   ", depth+1)
		} else {
			d.member(child, stem+"├─ ", stem+"│  ", depth+1)
		}
	}
}

func (d *drawing) history(m *status.Member) (said []string) {
	for _, e := range m.History {
		switch e.Kind {
		case event.Started:
			said = append(said, fmt.Sprintf(d.words.Started, d.starter(m)))
		case event.Signalled:
			said = append(said, fmt.Sprintf(d.words.Signalled, e.Signal, d.who(e.By)))
		case event.Zombie:
			said = append(said, d.words.Ended)
		case event.Adopted:
			said = append(said, fmt.Sprintf(d.words.Adopted, d.who(e.By)))
		case event.Exited:
			said = append(said, d.end(e))
			if m.Lost == "" {
				said = append(said, fmt.Sprintf(d.words.Reaped, d.who(e.By)))
			}
		}
	}
	if m.ExitCode == nil && m.Lost == "" {
		said = append(said, d.words.Nobody)
	}
	return said
}

func (d *drawing) end(e status.Deed) string {
	switch {
	case e.ExitCode == nil && e.Reason != "":
		return fmt.Sprintf(d.words.Lost, plain(e.Reason))
	case e.ExitCode == nil:
		return ""
	case e.Signal != "":
		return fmt.Sprintf(d.words.Killed, e.Signal, *e.ExitCode)
	default:
		return fmt.Sprintf(d.words.Exited, *e.ExitCode)
	}
}

func (d *drawing) starter(m *status.Member) string {
	if s := d.family.StarterOf(m); s != nil {
		return s.Letter
	}
	return fmt.Sprintf(d.words.Somebody, m.Starter)
}

// who is a letter for a member of the family, the PID for a stranger.
func (d *drawing) who(p event.Process) string {
	if m := d.family.Of(p); m != nil {
		return m.Letter
	}
	return fmt.Sprintf(d.words.Somebody, p.PID)
}

// pidOn is a PID as it tells processes of all machines apart: 4711, or of a node 4711@n1.
func pidOn(pid int, node string) string { return nameOn(strconv.Itoa(pid), node) }

// nameOn is a name with the node, as these are given anew in each task.
func nameOn(name, node string) string {
	if node == "" {
		return name
	}
	return name + "@" + shorten(plain(node), longestNode)
}

// longestNode is in columns. What tells nodes apart is at the end of their names, and is kept.
const longestNode = 16

// plain is a name as event.Plain has it.
func plain(name string) string { return event.Plain(name) }
