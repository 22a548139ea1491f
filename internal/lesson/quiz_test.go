//go:build linux

package lesson

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/event/eventtest"
	"brood/internal/status"
)

// quizStatusOf reads the state of a process from another file than the quiz does.
func quizStatusOf(t *testing.T, pid int) (state string, ppid int, ok bool) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "", 0, false // ENOENT, or ESRCH while it ends
	}
	for line := range strings.Lines(string(text)) {
		_, _ = fmt.Sscanf(line, "State: %1s", &state)
		_, _ = fmt.Sscanf(line, "PPid: %d", &ppid)
	}
	return state, ppid, true
}

// checkTree compares the quiz's tree with the kernel's.
func checkTree(t *testing.T, a quizAction, seen quizTree) {
	t.Helper()
	for _, m := range seen.Members {
		state, ppid, ok := quizStatusOf(t, m.PID)
		fits := ok && ppid == m.Parent
		switch m.Condition {
		case quizGone:
			fits = !ok
		case quizZombie:
			fits = fits && state == "Z" || !ok && seen.parent(m) == "" // its adopter may reap it at any time
		case quizStopped:
			fits = fits && state == "T"
		case quizRunning:
			fits = fits && strings.Contains("RSDI", state)
		}
		if !fits {
			t.Errorf("after %q: %+v; the kernel has state %q, parent %d, %v", a.text().En, m, state, ppid, ok)
		}
	}
}

// recorded is the course of a quiz.
type recorded struct {
	steps []string
	pids  []int
	last  quizTree
}

// giveQuiz gives a quiz, checks each tree, and checks that nothing is left of it.
func giveQuiz(
	t *testing.T, ctx context.Context, s *Stage, o QuizOptions, then func(steps int),
) (r recorded, printed string, err error) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	var out strings.Builder
	s.Out = &out
	if s.Lang == "" {
		s.Lang = "en"
	}
	o.happened = func(a quizAction, seen quizTree) {
		checkTree(t, a, seen)
		if len(r.steps) > 0 && a.Verb != "" {
			if expected := r.last.predict(a).line("en"); expected != seen.line("en") {
				t.Errorf("%q on %s: tree %s, want %s", a.text().En, r.last.line("en"), seen.line("en"), expected)
			}
		}
		r.steps = append(r.steps, a.text().En+": "+seen.line("en"))
		r.pids = append(r.pids, seen.Members[len(seen.Members)-1].PID)
		r.last = seen
		if then != nil {
			then(len(r.steps))
		}
	}
	err = s.GiveQuiz(ctx, o)
	for _, pid := range r.pids {
		if state, ppid, ok := quizStatusOf(t, pid); ok && (!strings.Contains("ZX", state) || ppid == os.Getpid()) {
			t.Errorf("process %d is left behind: state %s, parent %d", pid, state, ppid)
		}
	}
	if left, _ := fs.Glob(os.DirFS(os.TempDir()), "*"); left != nil {
		t.Errorf("files left behind: %q", left)
	}
	return r, out.String(), err
}

func TestQuizAnswers(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			var events []event.Event
			take := event.NewStream(eventtest.Reader(t), func(e event.Event) { events = append(events, e) })
			s := &Stage{Lang: []string{"en", "zh"}[seed%2], Emit: take.Emit}
			r, out, err := giveQuiz(t, t.Context(), s, QuizOptions{Seed: seed, Actions: 14, Answers: true}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(r.steps) - 3; n != 14 {
				t.Errorf("%d actions, want 14", n)
			}
			if n := len(regexp.MustCompile(`(?m)^= `).FindAllString(out, -1)); n != 14 {
				t.Errorf("%d answers, want 14:\n%s", n, out)
			}
			started := slices.DeleteFunc(slices.Clone(events), func(e event.Event) bool { return e.Kind != event.Started })
			if len(started) != len(r.last.Members) {
				t.Errorf("%d processes in the record, want %d", len(started), len(r.last.Members))
			}
			var family status.Family
			stops := 0
			for _, e := range events {
				family.Apply(e)
				switch e.Kind {
				case event.Stopped, event.Continued:
					stops++
				case event.Signalled:
					if e.Signal != "SIGKILL" {
						stops--
					}
				}
			}
			if stops != 0 {
				t.Errorf("the record has %+d stops more than signals for them", stops)
			}
			for _, m := range family.Members {
				if m.Ended.IsZero() {
					t.Errorf("%s still runs in the record", m.Name)
				}
			}
		})
	}
}

func TestQuizIsRepeatable(t *testing.T) {
	for _, seed := range []uint64{3, 7} {
		one, _, err1 := giveQuiz(t, t.Context(), &Stage{}, QuizOptions{Seed: seed}, nil)
		two, _, err2 := giveQuiz(t, t.Context(), &Stage{}, QuizOptions{Seed: seed}, nil)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one.steps, two.steps) {
			first, second := strings.Join(one.steps, "\n"), strings.Join(two.steps, "\n")
			t.Errorf("seed %d:\n%s\nsecond run:\n%s", seed, first, second)
		}
	}
}

func TestQuizWithoutAnswers(t *testing.T) {
	_, out, err := giveQuiz(t, t.Context(), &Stage{}, QuizOptions{Seed: 1}, nil)
	questions, answers := strings.Count(out, "\n? "), strings.Count(out, "\n= ")
	if err != nil || questions != 8 || answers != 0 || !strings.Contains(out, "--answers") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestQuizIsGraded(t *testing.T) {
	lines := make(chan string, 5)
	for range 4 {
		lines <- "1"
	}
	lines <- "ten"
	close(lines) // the rest is skipped
	_, out, err := giveQuiz(t, t.Context(), &Stage{Quiz: lines}, QuizOptions{Seed: 1}, nil)
	graded := strings.Count(out, "= Right: ") + strings.Count(out, "= No: ")
	if err != nil || graded != 4 || !strings.Contains(out, " of 4 right") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestQuizCancelled(t *testing.T) {
	for name, lines := range map[string]chan string{"while it runs": nil, "while it asks": make(chan string)} {
		for at := 1; at < 8; at++ {
			t.Run(fmt.Sprint(name, " ", at), func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s := &Stage{Quiz: lines}
				steps := at
				if lines != nil {
					steps = min(at, 4) // the first question comes after the fourth
				}
				_, _, err := giveQuiz(t, ctx, s, QuizOptions{Seed: 5}, func(n int) {
					if n == steps {
						cancel()
					}
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%v", err)
				}
			})
		}
	}
}

// TestQuizQuestions checks the questions of many predicted quizzes, without processes.
func TestQuizQuestions(t *testing.T) {
	for seed := range uint64(60) {
		actions := rand.New(rand.NewPCG(seed, 1))
		q := &quiz{choices: rand.New(rand.NewPCG(seed, 2))}
		before := quizTree{Quiz: 1, Members: []quizMember{{"A", 10, 1, quizRunning}}}
		for range 40 {
			a := quizProposal(actions, before)
			after := before.predict(a)
			for _, asked := range []Question{q.askTree(before, after, a), q.askAction(before, after, a)} {
				truth := asked.Truth(nil)
				if n := len(asked.Choices); n < 2 || truth < "1" || truth > fmt.Sprint(n) {
					t.Fatalf("seed %d: %v: right answer %q, choices %v", seed, asked.Ask, truth, asked.Choices)
				}
			}
			before = after
		}
	}
}

// TestQuizActorAlone: actors end when their stage is gone.
func TestQuizActorAlone(t *testing.T) {
	family, err := (&Stage{Lang: "en"}).newQuizFamily()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []quizAction{{Verb: "start", Letter: "A", By: "quiz"}, {Verb: "start", Letter: "B", By: "A"}} {
		if _, err := family.do(a); err != nil {
			t.Fatal(err)
		}
	}
	for _, pipe := range family.pipes {
		pipe.Close()
	}
	if err := family.first.Join(); err != nil {
		t.Error(err)
	}
	if exit, _ := family.first.Exit(); exit.Code != 0 {
		t.Errorf("A: %+v", exit)
	}
	if err := family.end(&Stage{}); err != nil {
		t.Error(err)
	}
}
