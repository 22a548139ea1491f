package lesson

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// QuizTitle is the quiz's line in the list of lessons.
var QuizTitle = Text{
	"what happens next? a random scenario, which its seed repeats",
	"测验：接下来会怎样？随机场景，同一个种子可以重复",
}

// QuizOptions select a quiz.
type QuizOptions struct {
	Seed    uint64 // with the same Actions, the same quiz on every machine
	Actions int    // number of questions; 0: eight
	Answers bool   // print the answers and ask nothing

	happened func(quizAction, quizTree) // for tests: called after each action
}

// quiz is the state of a quiz.
type quiz struct {
	*Stage
	QuizOptions
	family  *quizFamily
	actions *rand.Rand // decides the actions, and nothing else
	choices *rand.Rand // decides which answers are offered
}

// GiveQuiz starts processes, carries out actions on them, and asks questions. In the first half it
// asks for the tree after an action, in the second half for the action between two trees. The kernel
// shows the right answer. Soon after ctx is done it returns ctx's error. It leaves no process behind.
//
// If Stage.Quiz is nil, it prints the questions only, and with Answers the answers too.
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

// begin prints the rules and starts the first three processes.
func (q *quiz) begin() error {
	q.print(Text{
		fmt.Sprintf("# quiz: seed %d, %d questions\n\n", q.Seed, q.Actions) +
			"These are real processes, the first one is A. A process that has ended is a zombie until its parent\n" +
			"waits for it or starts another child. A(B, C zombie) means: A has the children B and C, and C is a\n" +
			"zombie. The first half: what is the result of an action?",
		fmt.Sprintf("# 测验：种子 %d，共 %d 题\n\n", q.Seed, q.Actions) +
			"这些都是真实的进程，第一个是 A。进程结束后是僵尸，直到父进程等待它，或再启动一个子进程。\n" +
			"A(B, C 僵尸) 表示：A 有子进程 B 和 C，其中 C 是僵尸。前一半题目：一个动作的结果是什么？",
	})
	for _, a := range []quizAction{
		{Verb: "start", Letter: "A", By: "quiz"},
		{Verb: "start", Letter: "B", By: "A"},
		{Verb: "start", Letter: "C", By: []string{"A", "B"}[q.actions.IntN(2)]},
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

// step carries out one action and asks one question about it.
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
		q.print(Text{
			"The second half: which action leads from one tree to the next?",
			"后一半题目：从前一棵树到后一棵树，发生了什么动作？",
		})
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

// solve asks for the answer or prints it, and reports whether the student knows it now.
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

// offered is the largest number of answers to choose from.
const offered = 4

func (q *quiz) askTree(before, after quizTree, a quizAction) Question {
	var wrong []Text
	for _, t := range quizMistakes(before, after, a) {
		wrong = append(wrong, quizLine(t))
	}
	q.choices.Shuffle(len(wrong), func(i, j int) { wrong[i], wrong[j] = wrong[j], wrong[i] })
	action := a.text()
	ask := Text{action.En + ". What is the tree then?", action.Zh + "。之后是哪一棵树？"}
	return q.question(ask, quizLine(after), wrong)
}

func (q *quiz) askAction(before, after quizTree, a quizAction) Question {
	right := quizLine(after)
	others := before.legal()
	q.choices.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	for _, m := range before.Members { // more wrong answers: actions that are impossible or make no sense
		for _, verb := range []string{"kill", "continue"} {
			others = append(others, quizAction{Verb: verb, Letter: m.Letter})
		}
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
	return q.question(Text{"What happened?", "发生了什么？"}, a.text(), wrong)
}

// question puts the right answer among up to three wrong ones.
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

// whyQuiz explains an answer by its rule.
func whyQuiz(a quizAction, value int, before quizTree) Text {
	switch a.Verb {
	case "start":
		if slices.ContainsFunc(before.children(a.By), func(m quizMember) bool { return m.Condition == quizZombie }) {
			return Text{
				"A parent that starts a child reaps the children that have ended, as in Python.",
				"父进程启动子进程时，会顺便回收已结束的子进程，和 Python 一样。",
			}
		}
		return Text{"The process that starts a process is its parent.", "谁启动进程，谁就是它的父进程。"}
	case "stop":
		return Text{"Only this process stops, until it is continued.", "只有它自己暂停，直到恢复运行。"}
	case "continue":
		return Text{"It goes on where it stopped.", "它从暂停的地方继续运行。"}
	case "wait":
		return whyWait(value)
	}
	why := Text{"It is a zombie until its parent waits for it.", "在父进程等待它之前，它是僵尸。"}
	if before.parent(*before.find(a.Letter)) == "" {
		why = Text{"The process that adopted it reaps it, sooner or later.", "收养它的进程迟早会回收它。"}
	}
	if len(before.children(a.Letter)) > 0 {
		why.En += " Its children do not end with it: another process adopts them."
		why.Zh += "它的子进程不随它结束，而是由另一个进程收养。"
	}
	return why
}

// whyWait explains a wait that returned the exit code.
func whyWait(code int) Text {
	if code < 0 { // the quiz kills with no signal but SIGKILL
		return Text{
			fmt.Sprintf("Its parent learns that signal %d ended it (exit code %d). Nothing is left.", -code, code),
			fmt.Sprintf("父进程得知它被 %d 号信号杀死（退出码 %d）；它已被回收，什么也不留下。", -code, code),
		}
	}
	return Text{
		fmt.Sprintf("Its parent learns its exit code, %d. Nothing is left.", code),
		fmt.Sprintf("父进程得知它的退出码是 %d；它已被回收，什么也不留下。", code),
	}
}
