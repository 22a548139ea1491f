package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"brood/internal/event"
	"brood/internal/lesson"
	"brood/internal/run"
	"brood/internal/status"
	"brood/internal/view"
)

const (
	lessonName = "lesson"
	aboutFlag  = "about" // stands for --help with a lesson's name, which the library would take for a help topic
)

func lessonCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      lessonName,
		Usage:     "show how processes work, on real ones; without NAME, list the lessons",
		ArgsUsage: "[NAME [FOLDER]]",
		Description: "brood lesson NAME --help describes a lesson. The lessons copy and stall copy FOLDER.\n" +
			"The NAME all gives every lesson and then the quiz, and leaves out what this system\n" +
			"cannot show.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags: []cli.Flag{
			langFlag(aboutLesson),
			&cli.Float64Flag{Name: "pace", Category: aboutLesson, Value: 1,
				Usage: "wait `N` times as long as the tutorial does; 0.1: ten times as fast"},
			oneOf(&cli.StringFlag{Name: "show", Category: aboutLesson, Value: string(lesson.ShowBoth),
				Usage: "show the `CODE`: python, go, both or none"},
				string(lesson.ShowPython), string(lesson.ShowGo), string(lesson.ShowBoth), string(lesson.ShowNone)),
			&cli.BoolFlag{Name: "no-quiz", Category: aboutLesson,
				Usage: "ask no questions, print the answers at once; the same without a terminal"},
			&cli.BoolFlag{Name: "quiet", Category: aboutLog, Aliases: []string{"q"},
				Usage: "print only what the programs print"},
			&cli.StringFlag{Name: "record", Category: aboutLog, TakesFile: true,
				Usage: "write every event to `FILE` as JSON Lines"},
			&cli.StringFlag{Name: "report", Category: aboutLog, TakesFile: true,
				Usage: "draw the processes for a browser, in `FILE`"},
			&cli.Uint64Flag{Name: "seed", Category: aboutQuiz, Value: 1, Usage: "quiz: choose the scenario by `N`"},
			&cli.IntFlag{Name: "actions", Category: aboutQuiz, Value: 8, Usage: "quiz: ask `K` questions"},
			&cli.BoolFlag{Name: "answers", Category: aboutQuiz, Usage: "quiz: print the answers"},
			&cli.BoolFlag{Name: aboutFlag, Hidden: true},
		},
		Action: func(c *cli.Context) error {
			stage, err := readStage(c, std)
			if err != nil {
				return misuse(c, err)
			}
			return chooseLesson(c, stage, std)
		},
	}
}

func readStage(c *cli.Context, std Streams) (*lesson.Stage, error) {
	s := &lesson.Stage{
		Lang: c.String("lang"), Pace: c.Float64("pace"), Quiet: c.Bool("quiet"), Out: std.Out, Folder: c.Args().Get(1),
	}
	if err := checkLang(c); err != nil {
		return nil, err
	}
	if !(s.Pace >= 0 && s.Pace <= 1000) { // nor not a number
		return nil, fmt.Errorf("--pace %v: want 0 to 1000", s.Pace)
	}
	var err error
	if s.Show, err = lesson.ParseShow(c.String("show")); err != nil {
		return nil, dashed(err)
	}
	s.Width = view.Columns(std.Out)
	if c.NArg() > 2 {
		return nil, wrongArgs{"NAME and perhaps FOLDER", c.NArg()}
	}
	if c.NArg() == 2 && s.Folder == "" {
		return nil, errors.New(`FOLDER "": want a folder`)
	}
	if !c.Bool("no-quiz") && term.IsTerminal(int(os.Stdin.Fd())) {
		s.Quiz = linesOf(os.Stdin)
	}
	return s, nil
}

// Names that are no lesson's.
const (
	quizName = "quiz"
	allName  = "all"
)

func chooseLesson(c *cli.Context, s *lesson.Stage, std Streams) error {
	name := c.Args().First()
	l, found := lesson.Find(name)
	switch {
	case c.NArg() == 0:
		return run.Answer(listLessons(std.Out, s.Lang))
	case c.NArg() == 2 && name == quizName:
		return notTaken("the quiz takes no FOLDER")
	case name == quizName && c.Bool(aboutFlag):
		_, err := fmt.Fprintf(std.Out, "brood lesson %s: %s\n", quizName, lesson.QuizTitle.In(s.Lang))
		return run.Answer(err)
	case name == quizName && s.Quiet:
		err := errors.New("--quiet leaves nothing of the quiz, which is only questions")
		return misuse(c, err)
	case name == quizName:
		o := lesson.QuizOptions{Seed: c.Uint64("seed"), Actions: c.Int("actions"), Answers: c.Bool("answers")}
		if o.Actions < 1 {
			err := fmt.Errorf("--actions %d: want 1 or more", o.Actions)
			return misuse(c, err)
		}
		return give(s, c, func(ctx context.Context) error { return s.GiveQuiz(ctx, o) })
	case !found && name != allName:
		err := fmt.Errorf("no such lesson: %q", name)
		return &usageError{err: err, hint: didYouMean(nearTerm(name, lessons()), "brood lesson")}
	case c.NArg() == 2 && !l.Folder && name != allName:
		return notTaken("the lesson %s takes no FOLDER", name)
	case c.IsSet("seed"), c.IsSet("actions"), c.IsSet("answers"):
		return notTaken("--seed, --actions and --answers are for brood lesson quiz")
	case name == allName && c.Bool(aboutFlag):
		_, err := fmt.Fprintf(std.Out, "brood lesson %s: %s\n", allName, lesson.AllTitle.In(s.Lang))
		return run.Answer(err)
	case name == allName:
		return giveAll(s, c, std)
	case c.Bool(aboutFlag):
		_, err := fmt.Fprintf(std.Out, "brood lesson %s: %s\n\n%s\n", l.Name, l.Title.In(s.Lang), l.Intro.In(s.Lang))
		return run.Answer(err)
	}
	return give(s, c, func(ctx context.Context) error { return s.Give(ctx, l) })
}

// notTaken refuses what the lesson would ignore.
func notTaken(format string, values ...any) error {
	return &usageError{err: fmt.Errorf(format, values...), hint: didYouMean("", "brood lesson --help")}
}

func listLessons(w io.Writer, lang string) error {
	list := append(lesson.All(),
		lesson.Lesson{Name: quizName, Title: lesson.QuizTitle}, lesson.Lesson{Name: allName, Title: lesson.AllTitle})
	for _, l := range list {
		if _, err := fmt.Fprintf(w, "%-10s %s\n", l.Name, l.Title.In(lang)); err != nil {
			return err
		}
	}
	return nil
}

// giveAll gives all lessons. It is a failure when one of them failed, but not when this system lacks what one needs.
func giveAll(s *lesson.Stage, c *cli.Context, std Streams) error {
	failed := false
	err := give(s, c, func(ctx context.Context) error {
		return s.GiveAll(ctx, func(name string, err error) {
			if lacking := new(lesson.Lacking); errors.As(err, &lacking) {
				fmt.Fprintf(std.Err, "brood: lesson %s is left out: %s\n", name, lacking)
				return
			}
			failed = true
			fmt.Fprintf(std.Err, "brood: lesson %s: %s\n", name, run.Printable(err.Error()))
		})
	})
	if err == nil && failed {
		return exitStatus(statusFailed)
	}
	return err
}

// give runs a lesson until its end or the first signal.
func give(s *lesson.Stage, c *cli.Context, play func(context.Context) error) error {
	names := run.Files{Record: c.String("record"), Report: c.String("report"), Lang: s.Lang}
	if names.OnStdout() {
		return notTaken("--record and --report: want a file, as the lesson itself is on standard output")
	}
	files, err := run.Create(names, nil)
	if err != nil {
		return err
	}
	var state status.Totals
	s.Emit = event.NewStream(state.Apply, files.Read).Emit
	s.Emit(event.Event{
		Kind: event.Begun, Version: event.Version, Name: c.Args().First(), PID: os.Getpid(), PPID: os.Getppid(),
	})
	ctx, stopped, end := untilSignal()
	defer end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := &remembering{Writer: s.Out, failed: cancel} // a lesson without an audience ends
	s.Out = out
	if err = play(ctx); out.err != nil {
		err = run.Answer(out.err)
	}
	s.Emit(state.Finished(time.Now()))
	err = errors.Join(err, files.Close())
	if sig := stopped(); sig != 0 {
		return exitStatus(statusSignal + int(sig))
	}
	return err
}

// untilSignal returns a context that the first Ctrl-C, SIGTERM or SIGHUP cancels; stopped returns that signal.
func untilSignal() (ctx context.Context, stopped func() syscall.Signal, end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	caught, first, done := make(chan os.Signal, 1), make(chan syscall.Signal, 1), make(chan struct{})
	run.Catch(caught)
	go func() {
		defer close(done)
		if sig, ok := <-caught; ok {
			first <- sig.(syscall.Signal)
			cancel()
		}
	}()
	stopped = func() syscall.Signal {
		select {
		case sig := <-first:
			return sig
		default:
			return 0
		}
	}
	return ctx, stopped, func() {
		signal.Stop(caught)
		close(caught)
		<-done
		cancel()
	}
}

// linesOf yields the lines of r until its end. The goroutine that reads a terminal ends
// only with the program.
func linesOf(r io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(r); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// langFlag is the flag of the language of texts and pictures.
func langFlag(category string) cli.Flag {
	return oneOf(&cli.StringFlag{Name: "lang", Category: category,
		Value: systemLang(os.Getenv), DefaultText: "from LC_ALL or LANG",
		Usage: "use the language `LANG`: en or zh"},
		"en", "zh")
}

func checkLang(c *cli.Context) error {
	if lang := c.String("lang"); lang != "en" && lang != "zh" {
		return fmt.Errorf("--lang %q: want en or zh", lang)
	}
	return nil
}

// systemLang returns zh where the environment asks for Chinese, else en.
func systemLang(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} { // locale(7): the first that is set
		if value := getenv(name); value != "" {
			if strings.HasPrefix(value, "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}
