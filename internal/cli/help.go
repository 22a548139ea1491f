package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"brood/internal/event"
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
// fit the terminal out.
func showHelp(app *cli.App, out io.Writer) func(w io.Writer, template string, data any) {
	return func(w io.Writer, _ string, data any) {
		columns := usualColumns
		if width := columnsOf(out); width > 0 {
			columns = min(max(width, leastColumns), mostColumns)
		}
		text := describe(app).Help(columns)
		if c, ok := data.(*cli.Command); ok && c.Name != app.Name {
			text = describeCommand(app, c).Help(app.Name, columns)
		}
		io.WriteString(w, text)
	}
}

// topics are the texts that brood help prints beside the help of commands, by their names.
func topics() map[string]func() string {
	return map[string]func() string{"events": event.Manual}
}

// columnsOf returns the width of the terminal behind w; elsewhere that of COLUMNS, or 0.
func columnsOf(w io.Writer) int {
	if columns, _ := view.Size(w); columns > 0 {
		return columns
	}
	columns, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil {
		return 0
	}
	return max(columns, 0)
}

func helpCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:            "help",
		Aliases:         []string{"h"},
		Usage:           "list the commands, or describe one, or a topic: events",
		ArgsUsage:       "[COMMAND|TOPIC]",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			name := c.Args().First()
			switch topic := topics()[name]; {
			case c.NArg() > 1:
				err := wrongArgs{"COMMAND or TOPIC", c.NArg()}
				return &usageError{err, didYouMean("", "brood help")}
			case c.NArg() == 0:
				return cli.ShowAppHelp(c)
			case topic != nil:
				_, err := io.WriteString(std.Out, topic())
				return run.Answer(err)
			case c.App.Command(name) != nil:
				return cli.ShowCommandHelp(c, name)
			}
			err := fmt.Errorf("no such command or topic: %q", name)
			return &usageError{err, didYouMean(suggested(c.App.Commands, name), "brood help")}
		},
	}
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
				return &usageError{wrongArgs{"no arguments", c.NArg()}, didYouMean("", "brood help")}
			}
			cli.ShowVersion(c)
			return nil
		},
	}
}
