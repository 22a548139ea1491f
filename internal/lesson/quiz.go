package lesson

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// QuizTitle is what the list of lessons says of the quiz.
var QuizTitle = Text{"what happens next? a random scenario, from a seed that repeats it", "测验：接下来会怎样？由种子决定、可以重复的随机场景"}

// QuizOptions say which quiz is given.
type QuizOptions struct {
	Seed    uint64 // the same seed and number of actions are the same quiz on each machine
	Actions int    // how many questions; 0 for eight
	Answers bool   // print the answers, and ask nobody

	happened func(quizAction, quizTree) // for tests: after each action
}

// quiz is one that is being given.
type quiz struct {
	*Stage
	QuizOptions
	family  *quizFamily
	actions *rand.Rand // decides what happens: drawn from for that alone
	choices *rand.Rand // decides which answers are offered
}

// GiveQuiz starts processes, has things happen to them and asks what came of it:
// in the first half for the tree after an action, in the second for the action between
// two trees. What is right is what the kernel shows. It ends, with ctx's error,
// soon after ctx is done; no process is left in any case.
//
// Where nobody can be asked (Stage.Quiz is nil) the questions are printed, with
// their answers if Answers says so.
func (s *Stage) GiveQuiz(ctx context.Context, o QuizOptions) (err error) {
	if o.Actions < 0 {
		return fmt.Errorf("actions %d: want 1 or more", o.Actions)
	}
	if o.Actions == 0 {
		o.Actions = 8
	}
	family, err := s.newQuizFamily()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, family.end(s)) }()
	q := &quiz{s, o, family, rand.New(rand.NewPCG(o.Seed, 1)), rand.New(rand.NewPCG(o.Seed, 2))}
	if err := q.begin(); err != nil {
		return err
	}
	for n := range o.Actions {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := q.step(ctx, n); err != nil {
			return err
		}
	}
	q.score()
	if !q.Answers && q.Quiz == nil {
		q.print(Text{"--answers shows the solutions.", "用 --answers 显示答案。"})
	}
	return ctx.Err()
}

// begin starts the processes that the quiz begins with.
func (q *quiz) begin() error {
	q.print(Text{
		fmt.Sprintf("# quiz: seed %d, %d questions\n\nReal processes, from A on. A process that ends is a zombie until its parent waits\nfor it, or starts another. In one line, A(B, C zombie) is A with its children B and C.\nFirst: what does an action lead to?", q.Seed, q.Actions),
		fmt.Sprintf("# 测验：种子 %d，共 %d 题\n\n这些都是真实的进程，从 A 开始。进程结束后是僵尸，直到父进程等待它，或再启动一个子进程。\n写成一行时，A(B, C 僵尸) 表示 A 有子进程 B 和 C。先问：一个动作的结果是什么？", q.Seed, q.Actions),
	})
	for _, a := range []quizAction{
		{Verb: "start", Letter: "A", By: "quiz"}, {Verb: "start", Letter: "B", By: "A"}, {Verb: "start", Letter: "C", By: []string{"A", "B"}[q.actions.IntN(2)]},
	} {
		if _, err := q.happen(a); err != nil {
			return err
		}
	}
	q.family.tree.draw(q.Out, q.Lang)
	return nil
}

func (q *quiz) happen(a quizAction) (value int, err error) {
	value, err = q.family.do(a)
	if err == nil && q.happened != nil {
		q.happened(a, q.family.tree.clone())
	}
	return value, err
}

// step has one thing happen and asks one question about it.
func (q *quiz) step(ctx context.Context, n int) error {
	before := q.family.tree.clone()
	a := quizProposal(q.actions, before)
	value, err := q.happen(a)
	if err != nil {
		return err
	}
	after := q.family.tree
	half := (q.Actions + 1) / 2
	asked := q.askTree(before, after, a)
	if n >= half {
		asked = q.askAction(before, after, a)
	}
	asked.Ask = Text{fmt.Sprintf("%d. %s", n+1, asked.Ask.En), fmt.Sprintf("%d. %s", n+1, asked.Ask.Zh)}
	if n == half {
		q.print(Text{"Now the other way round: which action lies between two trees?", "现在反过来：两棵树之间发生了什么动作？"})
		before.draw(q.Out, q.Lang)
	}
	if n >= half {
		after.draw(q.Out, q.Lang)
	}
	q.put(asked)
	if !q.solve(ctx, asked) {
		return ctx.Err()
	}
	if n < half {
		after.draw(q.Out, q.Lang)
	}
	q.print(whyQuiz(a, value, before))
	return nil
}

// solve asks for the answer, or prints it, and tells whether it is known now.
func (q *quiz) solve(ctx context.Context, asked Question) bool {
	guess := ""
	switch {
	case q.Answers:
	case q.Quiz != nil:
		if guess = q.answer(ctx, asked); ctx.Err() != nil {
			return false
		}
	default:
		fmt.Fprintln(q.Out)
		return false
	}
	fmt.Fprintln(q.Out, q.grade(asked, guess, asked.Truth(nil)))
	return true
}

func (q *quiz) print(t Text) { fmt.Fprintf(q.Out, "%s\n\n", t.In(q.Lang)) }

// offered is how many answers a question offers, if there are so many.
const offered = 4

func (q *quiz) askTree(before, after quizTree, a quizAction) Question {
	var wrong []Text
	for _, t := range quizMistakes(before, after, a) {
		wrong = append(wrong, quizLine(t))
	}
	q.choices.Shuffle(len(wrong), func(i, j int) { wrong[i], wrong[j] = wrong[j], wrong[i] })
	action := a.text()
	return q.question(Text{action.En + ". Which tree is it then?", action.Zh + "。之后的树是哪一棵？"}, quizLine(after), wrong)
}

func (q *quiz) askAction(before, after quizTree, a quizAction) Question {
	right := quizLine(after)
	others := before.legal()
	q.choices.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	for _, m := range before.Members { // where that is too little: what nobody can or would do
		others = append(others, quizAction{Verb: "kill", Letter: m.Letter}, quizAction{Verb: "continue", Letter: m.Letter})
	}
	var wrong []Text
	for _, other := range others {
		if other.Verb == "exit" {
			other.Code = q.choices.IntN(4)
		}
		if quizLine(before.predict(other)) != right {
			wrong = append(wrong, other.text())
		}
	}
	return q.question(Text{"What has happened?", "发生了什么？"}, a.text(), wrong)
}

// question offers what is right among some of what is wrong.
func (q *quiz) question(ask, right Text, wrong []Text) Question {
	choices := []Text{right}
	for _, w := range wrong {
		if len(choices) < offered && !slices.Contains(choices, w) {
			choices = append(choices, w)
		}
	}
	q.choices.Shuffle(len(choices), func(i, j int) { choices[i], choices[j] = choices[j], choices[i] })
	truth := fmt.Sprint(slices.Index(choices, right) + 1)
	return Question{Ask: ask, Choices: choices, Truth: func(*Result) string { return truth }}
}

func quizLine(t quizTree) Text { return Text{t.line("en"), t.line("zh")} }

// whyQuiz is the rule behind an answer.
func whyQuiz(a quizAction, value int, before quizTree) Text {
	switch a.Verb {
	case "start":
		if slices.ContainsFunc(before.children(a.By), func(m quizMember) bool { return m.Condition == quizZombie }) {
			return Text{"A parent that starts a child reaps those that have ended, as in Python.", "父进程启动子进程时，会顺便回收已结束的子进程，和 Python 一样。"}
		}
		return Text{"A process is the child of the one that starts it.", "谁启动进程，谁就是它的父进程。"}
	case "stop":
		return Text{"It alone stands still until it is continued.", "只有它停住，直到被继续。"}
	case "continue":
		return Text{"It goes on where it stood.", "它从停下的地方继续运行。"}
	case "wait":
		if value < 0 {
			return Text{fmt.Sprintf("Its parent learns that signal %d ended it (exit code %d); nothing is left of it.", -value, value), fmt.Sprintf("父进程得知它被信号 %d 结束（退出码 %d）；它已被回收，什么也不留下。", -value, value)}
		}
		return Text{fmt.Sprintf("Its parent learns its exit code, %d; nothing is left of it.", value), fmt.Sprintf("父进程得知它的退出码 %d；它已被回收，什么也不留下。", value)}
	}
	said := Text{"It is a zombie until its parent waits for it.", "在父进程等待它之前，它是僵尸。"}
	if before.parent(*before.find(a.Letter)) == "" {
		said = Text{"Its adopter reaps it, sooner or later.", "收养它的进程迟早会回收它。"}
	}
	if len(before.children(a.Letter)) > 0 {
		said = Text{said.En + " Its children do not end with it: another process adopts them.", said.Zh + "它的子进程不随它结束，而由另一个进程收养。"}
	}
	return said
}
