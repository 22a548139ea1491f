package lesson

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// ask asks the questions of a scene and returns the answers: "" for a skipped question. Without
// a Quiz it asks nothing, and all answers are "".
func (s *Stage) ask(ctx context.Context, questions []Question) []string {
	guesses := make([]string, len(questions))
	if s.Quiz == nil || s.Quiet {
		return guesses
	}
	for i, q := range questions {
		s.put(q)
		guesses[i] = s.answer(ctx, q)
	}
	return guesses
}

func (s *Stage) put(q Question) {
	fmt.Fprintln(s.Out, s.fill("? "+q.Ask.In(s.Lang)))
	for n, choice := range q.Choices {
		fmt.Fprintf(s.Out, "  %d  %s\n", n+1, choice.In(s.Lang))
	}
}

// answer reads a number. An empty line, and the end of input, skip the question.
func (s *Stage) answer(ctx context.Context, q Question) string {
	for {
		fmt.Fprint(s.Out, "> ")
		var line string
		select {
		case line = <-s.Quiz: // "" if it is closed
		case <-ctx.Done():
			return ""
		}
		line = strings.TrimSpace(line)
		n, notNumber := strconv.Atoi(line)
		switch {
		case line == "":
			return ""
		case notNumber == nil && n >= 0 && (q.Choices == nil || 1 <= n && n <= len(q.Choices)):
			return strconv.Itoa(n)
		}
		s.say(Text{"Type a number, or press Enter to skip.", "请输入数字，或按回车跳过。"})
	}
}

// reveal prints the right answers and the reasons.
func (s *Stage) reveal(questions []Question, guesses []string, r *Result) {
	if s.Quiet {
		return
	}
	for i, q := range questions {
		truth := q.Truth(r)
		if s.Quiz == nil {
			fmt.Fprintln(s.Out, s.fill("? "+q.Ask.In(s.Lang)))
		}
		// No space follows a Chinese full stop.
		answer := fmt.Sprintf(Text{"%s %s", "%s%s"}.In(s.Lang), s.grade(q, guesses[i], truth), q.Why.In(s.Lang))
		fmt.Fprintf(s.Out, "%s\n\n", s.fill(answer))
	}
}

// grade compares a guess with the right number, and returns the line to print. It counts for the score.
func (s *Stage) grade(q Question, guess, truth string) string {
	shown := truth
	if n, err := strconv.Atoi(truth); err == nil && 1 <= n && n <= len(q.Choices) {
		shown = q.Choices[n-1].In(s.Lang)
	}
	shown += Text{".", "。"}.In(s.Lang)
	if guess == "" {
		return "= " + shown
	}
	s.asked++
	if guess == truth {
		s.right++
		return "= " + Text{"Right: ", "答对了："}.In(s.Lang) + shown
	}
	return "= " + Text{"No: ", "答错了，正确答案："}.In(s.Lang) + shown
}

func (s *Stage) score() {
	if s.asked > 0 {
		fmt.Fprintf(s.Out, Text{"%d of %d right\n", "答对 %d 题，共 %d 题\n"}.In(s.Lang), s.right, s.asked)
	}
}
