package lesson

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"brood/internal/event"
	"brood/internal/process"
	"brood/internal/status"
	"brood/internal/view"
)

// Stage gives lessons. Its fields select the language, the pace and the output.
type Stage struct {
	Lang  string        // "en" or "zh"
	Pace  float64       // 1: as the tutorial; 0.1: ten times as fast
	Show  Show          // which code to show
	Quiet bool          // show the programs' output only
	Quiz  <-chan string // the student's lines; nil: nobody answers, and the lesson prints the answers
	Out   io.Writer
	Width int        // columns of Out, 0 if it is no terminal; lines fit it, and Python and Go are side by side if they do
	Emit  event.Sink // gets the events of each scene at its end

	Folder string // the user's folder, for lessons on files; "" for the lesson's own

	asked, right int // questions, for the score
}

// Give gives the lesson. Soon after ctx is done it returns ctx's error. It leaves no process behind, unless
// SIGKILL cannot end it.
func (s *Stage) Give(ctx context.Context, l Lesson) error {
	if _, _, ok := kernelSays(os.Getpid()); l.Proc && !ok {
		return fmt.Errorf("lesson %s: %w", l.Name, &Lacking{"needs /proc, and this system has none"})
	}
	kwargs, after, err := l.prepare(s.Folder)
	if err != nil {
		return err
	}
	defer after()
	s.heading(l)
	for _, scene := range l.Scenes {
		if scene.OnFolder && s.Folder == "" {
			continue
		}
		if kwargs != nil {
			scene.Kwargs = kwargs
		}
		s.say(scene.Before)
		guesses := s.ask(ctx, scene.Questions)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		result, err := s.play(ctx, scene)
		if err != nil {
			return err
		}
		s.reveal(scene.Questions, guesses, result)
		if scene.After != nil {
			s.say(scene.After(result))
		}
		s.family(result.Family)
	}
	s.score()
	return nil
}

func (s *Stage) heading(l Lesson) {
	if s.Quiet {
		return
	}
	title := fmt.Sprintf(Text{"# %s: %s", "# %s · %s"}.In(s.Lang), l.Name, l.Title.In(s.Lang))
	fmt.Fprintf(s.Out, "%s\n\n", s.fill(title))
	s.say(l.Intro)
	s.show(l)
}

// say prints a paragraph, unless Quiet.
func (s *Stage) say(t Text) {
	if text := t.In(s.Lang); text != "" && !s.Quiet {
		fmt.Fprintf(s.Out, "%s\n\n", s.fill(text))
	}
}

// fill makes a text fit the terminal.
func (s *Stage) fill(text string) string { return view.Fill(text, s.Width) }

func (s *Stage) family(f *status.Family) {
	if s.Quiet {
		return
	}
	words := view.EnglishFamily
	if s.Lang == "zh" {
		words = view.ChineseFamily
	}
	_ = view.Family(s.Out, f, words, s.Width)
	fmt.Fprintln(s.Out)
}

// play runs the scene's program as A. It shows the output of all its processes, until the last one has ended.
func (s *Stage) play(ctx context.Context, scene Scene) (*Result, error) {
	j, err := openJournal()
	if err != nil {
		return nil, err
	}
	defer j.remove()
	defer s.inherit(j)()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	process.Observe(func(c process.Change) { note(j.file, c) })
	defer process.Observe(nil)
	a := process.New(process.Config{
		Name: process.MainProcess, Target: scene.Target, Args: scene.Args, Kwargs: scene.Kwargs, Stdout: w, Stderr: w,
	})
	err = a.Start()
	w.Close()
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { j.endAll() })
	var output strings.Builder
	_, err = io.Copy(io.MultiWriter(s.Out, &output), r)
	if !stop() {
		err = ctx.Err()
	}
	if err != nil { // the output is gone, or ctx is done: then this ends a process that started meanwhile
		_ = a.Kill()
		j.endAll()
	}
	if err = cmp.Or(err, a.Join()); err != nil {
		return nil, err
	}
	if !s.Quiet {
		fmt.Fprintln(s.Out)
	}
	exit, _ := a.Exit()
	family, err := s.history(j)
	return &Result{Output: output.String(), Family: family, Exit: exit}, err
}

// inherit sets the environment for the processes of a scene.
func (s *Stage) inherit(j *journal) (restore func()) {
	variables := map[string]string{
		journalVariable: j.file.Name(), langVariable: s.Lang, paceVariable: fmt.Sprint(s.Pace),
	}
	for name, value := range variables {
		os.Setenv(name, value)
	}
	return func() {
		for name := range variables {
			os.Unsetenv(name)
		}
	}
}

// history reads the journal, emits its events in the order of their times, and folds them into a family.
func (s *Stage) history(j *journal) (*status.Family, error) {
	events, err := j.events()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(events, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	var family status.Family
	for _, e := range events {
		s.Emit(e)
		family.Apply(e)
	}
	return &family, nil
}
