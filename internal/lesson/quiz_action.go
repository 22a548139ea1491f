package lesson

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// quizAction is an action on a process of the quiz.
type quizAction struct {
	Verb   string // start, exit, kill, stop, continue or wait
	Letter string // the process
	By     string // for start and wait: the parent's letter; "quiz" for A
	Code   int    // for exit
}

func (a quizAction) text() Text {
	by := Text{a.By, a.By + " "}
	if a.By == "quiz" {
		by = Text{"The quiz", "测验程序"} // no space between Chinese words
	}
	switch a.Verb {
	case "start":
		return Text{by.En + " starts " + a.Letter, by.Zh + "启动 " + a.Letter}
	case "exit":
		return Text{
			fmt.Sprintf("%s exits with code %d, at once", a.Letter, a.Code),
			fmt.Sprintf("%s 立即退出，退出码为 %d", a.Letter, a.Code),
		}
	case "kill":
		return Text{a.Letter + " is killed (SIGKILL)", a.Letter + " 被杀死（SIGKILL）"}
	case "stop":
		return Text{a.Letter + " is stopped (SIGSTOP)", a.Letter + " 被暂停（SIGSTOP）"}
	case "continue":
		return Text{a.Letter + " is continued (SIGCONT)", a.Letter + " 恢复运行（SIGCONT）"}
	default:
		return Text{by.En + " waits for " + a.Letter, by.Zh + "等待 " + a.Letter}
	}
}

// quizVerbs are the kinds of actions. A kind that is listed more often is drawn more often.
var quizVerbs = []string{
	"start", "start", "start", "exit", "exit", "kill", "kill", "stop", "continue", "continue", "wait", "wait",
}

// quizProposal draws the next action.
func quizProposal(random *rand.Rand, t quizTree) quizAction {
	legal := t.legal()
	for {
		verb := quizVerbs[random.IntN(len(quizVerbs))]
		of := slices.DeleteFunc(slices.Clone(legal), func(a quizAction) bool { return a.Verb != verb })
		if len(of) == 0 {
			continue
		}
		a := of[random.IntN(len(of))]
		if a.Verb == "exit" {
			a.Code = random.IntN(4)
		}
		return a
	}
}

// quizMost is the largest number of processes in a quiz.
const quizMost = 8

// legal lists the possible actions. It is never empty, since the last living process does not end.
func (t quizTree) legal() (actions []quizAction) {
	living := 0
	for _, m := range t.Members {
		if m.alive() {
			living++
		}
	}
	next := string(rune('A' + len(t.Members)))
	for _, m := range t.Members {
		parent := t.parent(m)
		if m.Condition == quizRunning && len(t.Members) < quizMost {
			actions = append(actions, quizAction{Verb: "start", Letter: next, By: m.Letter})
		}
		if m.alive() && living > 1 && t.mayEnd(m) {
			for range 1 + 2*len(t.children(m.Letter)) { // more often a parent: that makes a better question
				if m.Condition == quizRunning {
					actions = append(actions, quizAction{Verb: "exit", Letter: m.Letter})
				}
				actions = append(actions, quizAction{Verb: "kill", Letter: m.Letter})
			}
		}
		switch {
		case m.Condition == quizRunning:
			actions = append(actions, quizAction{Verb: "stop", Letter: m.Letter})
		case m.Condition == quizStopped:
			actions = append(actions, quizAction{Verb: "continue", Letter: m.Letter})
		case m.Condition == quizZombie && (parent == "quiz" || parent != "" && t.find(parent).Condition == quizRunning):
			actions = append(actions, quizAction{Verb: "wait", Letter: m.Letter, By: parent})
		}
	}
	return actions
}

// mayEnd reports whether the process may end. A may not, if it has no living child. No process may, if
// it has a stopped child: the kernel may send that child SIGCONT, as a member of an orphaned process
// group. This depends on the adopter's session (setpgid(2)), and differs between machines.
func (t quizTree) mayEnd(m quizMember) bool {
	children := t.children(m.Letter)
	someone := slices.ContainsFunc(children, quizMember.alive)
	return (m.Letter != "A" || someone) &&
		!slices.ContainsFunc(children, func(c quizMember) bool { return c.Condition == quizStopped })
}

// predict returns the tree after an action, by the rules. It only finds actions with different effects:
// the right answer comes from the kernel.
func (t quizTree) predict(a quizAction) quizTree {
	after := t.clone()
	switch a.Verb {
	case "start":
		after.Members = append(after.Members, quizMember{a.Letter, -2 - len(t.Members), t.find(a.By).PID, quizRunning})
		for _, child := range t.children(a.By) {
			if child.Condition == quizZombie {
				after.find(child.Letter).Condition = quizGone
			}
		}
	case "exit", "kill":
		for _, child := range t.children(a.Letter) {
			after.find(child.Letter).Parent = quizStranger
		}
		after.find(a.Letter).Condition = quizZombie
	case "stop":
		after.find(a.Letter).Condition = quizStopped
	case "continue":
		after.find(a.Letter).Condition = quizRunning
	case "wait":
		after.find(a.Letter).Condition = quizGone
	}
	return after
}

// quizMistakes returns trees that a student might expect instead of after.
func quizMistakes(before, after quizTree, a quizAction) (trees []quizTree) {
	trees = append(trees, before, before.predict(a))
	edit := func(f func(t quizTree)) {
		t := after.clone()
		f(t)
		trees = append(trees, t)
	}
	for _, c := range []quizCondition{quizZombie, quizGone, quizStopped, quizRunning} {
		edit(func(t quizTree) { t.find(a.Letter).Condition = c })
		for _, child := range before.children(a.Letter) {
			edit(func(t quizTree) { t.find(child.Letter).Condition = c })
		}
	}
	for _, sibling := range before.children(a.By) {
		edit(func(t quizTree) { t.find(sibling.Letter).Condition = sibling.Condition })
	}
	edit(func(t quizTree) { // the grandparent adopts, as in a human family
		for _, child := range before.children(a.Letter) {
			t.find(child.Letter).Parent = before.find(a.Letter).Parent
		}
	})
	edit(func(t quizTree) { t.find(a.Letter).Parent = t.Members[0].PID })
	edit(func(t quizTree) { t.find(a.Letter).Parent = quizStranger })
	return trees
}
