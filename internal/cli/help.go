package cli

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"brood/internal/event"
	"brood/internal/manual"
	"brood/internal/run"
	"brood/internal/view"
)

// Lines wider than mostColumns are hard to read, however wide the terminal is.
const (
	leastColumns = 60
	usualColumns = 80
	mostColumns  = 100
)

// showHelp returns the function with which the library prints help. The library's own lists
// flags by the alphabet and has no examples. Its data is app, or one of app's commands. Lines
// fit the terminal out. Brief help of a command has the common flags only.
func showHelp(app *cli.App, out io.Writer, brief bool) func(w io.Writer, template string, data any) {
	return func(w io.Writer, _ string, data any) {
		columns := helpColumns(out)
		c, ok := data.(*cli.Command)
		if !ok || c.Name == app.Name {
			io.WriteString(w, describe(app).Help(columns))
			return
		}
		about := describeCommand(app, c)
		text := about.Help(app.Name, columns)
		switch {
		case brief && len(about.Common) > 0:
			text = about.Brief(app.Name, columns)
		case about.Reference != "":
			text += fmt.Sprintf("\nMore: %s help %s\n", app.Name, c.Name)
		}
		io.WriteString(w, text)
	}
}

func helpColumns(out io.Writer) int {
	if width := view.Columns(out); width > 0 {
		return min(max(width, leastColumns), mostColumns)
	}
	return usualColumns
}

// topics returns the texts of the manual beside the help of commands, by their names.
func topics(app *cli.App) (all []manual.Topic) {
	for _, t := range append(manual.Topics(), manual.NewTopic("events", 5, event.Manual())) {
		if app.Command(t.Name) == nil {
			all = append(all, t)
		}
	}
	manual.SortTopics(all)
	return all
}

func helpCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:            "help",
		Aliases:         []string{"h"},
		Usage:           "list the commands, or describe one, or a topic",
		ArgsUsage:       "[COMMAND|TOPIC]",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				err := wrongArgs{"COMMAND or TOPIC", c.NArg()}
				return &usageError{err: err, hint: didYouMean("", "brood help")}
			}
			if c.NArg() == 0 {
				return cli.ShowAppHelp(c)
			}
			text, ok := explain(c.App, c.Args().First(), helpColumns(std.Out))
			if !ok {
				return noSuchTopic(c)
			}
			_, err := io.WriteString(std.Out, text)
			return run.Answer(err)
		},
	}
}

// explain returns the whole text about a command or a topic.
func explain(app *cli.App, name string, columns int) (text string, ok bool) {
	if c := app.Command(name); c != nil {
		d := describeCommand(app, c)
		return d.Help(app.Name, columns) + d.More(columns), true
	}
	for _, t := range topics(app) {
		if t.Name == name {
			return t.Help(columns), true
		}
	}
	return "", false
}

func noSuchTopic(c *cli.Context) error {
	name := c.Args().First()
	err := fmt.Errorf("no such command or topic: %q", name)
	return &usageError{err: err, hint: didYouMean(nearTerm(name, argument(c.App, "COMMAND|TOPIC").Words), "brood help")}
}

// versionCommand does what --version does.
func versionCommand() *cli.Command {
	return &cli.Command{
		Name:            "version",
		Hidden:          true,
		Usage:           "print the version",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			if c.NArg() != 0 {
				return &usageError{err: wrongArgs{"no arguments", c.NArg()}, hint: didYouMean("", "brood help")}
			}
			cli.ShowVersion(c)
			return nil
		},
	}
}
