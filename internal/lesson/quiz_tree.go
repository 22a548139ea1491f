package lesson

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// quizCondition is the state of a process, in a beginner's words.
type quizCondition string

const (
	quizRunning quizCondition = "running" // or ready, or asleep
	quizStopped quizCondition = "stopped"
	quizZombie  quizCondition = "zombie"
	quizGone    quizCondition = "gone"
)

// quizConditionOf translates a state of /proc.
func quizConditionOf(state string) quizCondition {
	switch state {
	case "T", "t":
		return quizStopped
	case "Z", "X", "x":
		return quizZombie
	default:
		return quizRunning
	}
}

func (c quizCondition) text() Text {
	return map[quizCondition]Text{
		quizRunning: {"running", "运行中"}, quizStopped: {"stopped", "已暂停"},
		quizZombie: {"zombie", "僵尸"}, quizGone: {"gone", "已消失"},
	}[c]
}

// quizMember is a process of the quiz, as the kernel shows it.
type quizMember struct {
	Letter    string
	PID       int
	Parent    int // its parent's PID
	Condition quizCondition
}

func (m quizMember) alive() bool { return m.Condition == quizRunning || m.Condition == quizStopped }

// quizTree is the state of all processes of the quiz at one moment, in the order of their start.
type quizTree struct {
	Quiz    int // PID of the quiz, A's parent
	Members []quizMember
}

// quizStranger stands for the PID of a future adopter.
const quizStranger = -1

func (t quizTree) clone() quizTree { return quizTree{t.Quiz, slices.Clone(t.Members)} }

func (t quizTree) find(letter string) *quizMember {
	for i := range t.Members {
		if t.Members[i].Letter == letter {
			return &t.Members[i]
		}
	}
	return nil
}

// parent returns the letter of a member's parent: "quiz" for A, "" for an adopted member.
func (t quizTree) parent(m quizMember) string {
	if m.Letter == "A" {
		return "quiz"
	}
	for _, p := range t.Members {
		if p.PID == m.Parent && p.alive() {
			return p.Letter
		}
	}
	return ""
}

// children returns the members with that parent that are not gone.
func (t quizTree) children(parent string) (children []quizMember) {
	for _, m := range t.Members {
		if m.Condition != quizGone && t.parent(m) == parent {
			children = append(children, m)
		}
	}
	return children
}

// line writes the tree in one line: A(B stopped(D), C zombie) · adopted: E. It is the same on every
// machine, since it leaves out adopted zombies: when they are reaped depends on the adopter.
func (t quizTree) line(lang string) string {
	var parts []string
	if own := t.list(t.children("quiz"), lang); own != "" {
		parts = append(parts, own)
	}
	adopted := slices.DeleteFunc(t.children(""), func(m quizMember) bool { return m.Condition == quizZombie })
	if len(adopted) > 0 {
		parts = append(parts, Text{"adopted: ", "被收养："}.In(lang)+t.list(adopted, lang))
	}
	if len(parts) == 0 {
		return Text{"nobody", "没有进程"}.In(lang)
	}
	return strings.Join(parts, " · ")
}

func (t quizTree) list(members []quizMember, lang string) string {
	var items []string
	for _, m := range members {
		item := m.Letter
		if m.Condition != quizRunning {
			item += " " + m.Condition.text().In(lang)
		}
		if below := t.list(t.children(m.Letter), lang); below != "" {
			item += "(" + below + ")"
		}
		items = append(items, item)
	}
	return strings.Join(items, ", ")
}

// draw writes the tree with PIDs, one line per process.
func (t quizTree) draw(w io.Writer, lang string) {
	var b strings.Builder
	fmt.Fprintf(&b, Text{"the quiz %d\n", "测验程序 %d\n"}.In(lang), t.Quiz)
	t.branches(&b, t.children("quiz"), "", lang)
	adopted := t.children("")
	var adopters []int
	for _, m := range adopted {
		adopters = append(adopters, m.Parent)
	}
	slices.Sort(adopters)
	for _, pid := range slices.Compact(adopters) {
		fmt.Fprintf(&b, Text{"adopted by another process (pid %d)\n", "被另一个进程收养（%d 号进程）\n"}.In(lang), pid)
		others := func(m quizMember) bool { return m.Parent != pid }
		t.branches(&b, slices.DeleteFunc(slices.Clone(adopted), others), "", lang)
	}
	for _, m := range t.Members {
		if m.Condition == quizGone {
			fmt.Fprintf(&b, "%s %d  %s\n", m.Letter, m.PID, quizGone.text().In(lang))
		}
	}
	fmt.Fprintln(w, b.String())
}

func (t quizTree) branches(b *strings.Builder, members []quizMember, stem, lang string) {
	for i, m := range members {
		branch, below := "├─ ", "│  "
		if i == len(members)-1 {
			branch, below = "└─ ", "   "
		}
		fmt.Fprintf(b, "%s%s%s %d  %s\n", stem, branch, m.Letter, m.PID, m.Condition.text().In(lang))
		t.branches(b, t.children(m.Letter), stem+below, lang)
	}
}
