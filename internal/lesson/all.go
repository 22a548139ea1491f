package lesson

import (
	"context"
	"fmt"
)

// AllTitle is the line of all lessons in the list of lessons.
var AllTitle = Text{"all of these, one after the other", "以上全部，一课接一课"}

// Lacking is the error of a lesson that needs something which is not here.
type Lacking struct{ what string }

func (l *Lacking) Error() string { return l.what }

// GiveAll gives all lessons and then the quiz, one after the other. A lesson that ends with an error does not keep
// it from giving the next one: it tells the error to failed. It gives none if Folder
// cannot be listed. Soon after ctx is done it returns ctx's error.
func (s *Stage) GiveAll(ctx context.Context, failed func(lesson string, err error)) error {
	if s.Folder != "" {
		if err := list(s.Folder); err != nil {
			return err
		}
	}
	asked, right := 0, 0
	give := func(name string, play func() error) error {
		s.asked, s.right = 0, 0
		err := play()
		asked, right = asked+s.asked, right+s.right
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed(name, err)
		case s.asked > 0:
			fmt.Fprintln(s.Out)
		}
		return nil
	}
	for _, l := range All() {
		if err := give(l.Name, func() error { return s.Give(ctx, l) }); err != nil {
			return err
		}
	}
	if s.Quiet { // the quiz is only questions
		return nil
	}
	answered := QuizOptions{Seed: 1, Answers: s.Quiz == nil}
	if err := give("quiz", func() error { return s.GiveQuiz(ctx, answered) }); err != nil {
		return err
	}
	if asked > 0 {
		score := Text{"%d of %d right in all lessons\n", "全部课程：答对 %d 题，共 %d 题\n"}
		fmt.Fprintf(s.Out, score.In(s.Lang), right, asked)
	}
	return nil
}
