package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/report"
	"brood/internal/run"
	"brood/internal/status"
	"brood/internal/view"
)

func reportCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "draw a recorded run",
		ArgsUsage: "RECORD",
		Description: "Draws the run that RECORD was written by (brood copy --record, brood lesson\n" +
			"--record): its summary, a time line of its processes, the slowest and the failed\n" +
			"files, the family of processes. A record that was cut off is drawn as far as it\n" +
			"goes, with a warning and exit status 1. A RECORD of - is standard input, a FILE of\n" +
			"- standard output.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "html", Category: aboutPicture, TakesFile: true,
				Usage: "write a page for a browser to `FILE`; it needs no network"},
			&cli.StringFlag{Name: "trace", Category: aboutPicture, TakesFile: true,
				Usage: "write `FILE` for Perfetto or chrome://tracing"},
			&cli.StringFlag{Name: "svg", Category: aboutPicture, TakesFile: true,
				Usage: "write the time line as a picture to `FILE`"},
			&cli.BoolFlag{Name: "schema", Category: aboutLog, Usage: "print the JSON Schema of a line of a record"},
			langFlag(aboutPicture),
		},
		Action: func(c *cli.Context) error {
			if c.Bool("schema") {
				_, err := io.WriteString(std.Out, event.Schema())
				return run.Answer(err)
			}
			if c.NArg() != 1 {
				err := wrongArgs{"RECORD", c.NArg()}
				return misuse(c, err)
			}
			if err := checkLang(c); err != nil {
				return misuse(c, err)
			}
			return draw(c, std)
		},
	}
}

// draw writes the pictures that the flags name, or the text report to standard output.
func draw(c *cli.Context, std Streams) error {
	name := c.Args().First()
	timeline, err := readRecord(name)
	var part *event.Part
	if err != nil && !errors.As(err, &part) {
		return fmt.Errorf("record %q: %w", name, filecopy.Cause(err))
	}
	drawings := []struct {
		flag string
		draw func(io.Writer, *status.Timeline) error
	}{
		{"html", func(w io.Writer, t *status.Timeline) error { return report.HTML(w, t, c.String("lang")) }},
		{"trace", view.Trace},
		{"svg", func(w io.Writer, t *status.Timeline) error { return view.SVG(w, t, c.String("lang")) }},
	}
	drawn := false
	for _, d := range drawings {
		if to := c.String(d.flag); to != "" {
			if err := writeFile(to, std.Out, func(w io.Writer) error { return d.draw(w, timeline) }); err != nil {
				return fmt.Errorf("--%s %q: %w", d.flag, to, filecopy.Cause(err))
			}
			drawn = true
		}
	}
	if !drawn {
		columns := cmp.Or(view.Columns(std.Out), usualColumns)
		err := view.Report(std.Out, timeline, c.String("lang"), columns, rereadable(name))
		if err := run.Answer(err); err != nil {
			return err
		}
	}
	if part != nil {
		fmt.Fprintf(std.Err, "brood: record %q: %v\n", name, part)
		return exitStatus(statusFailed)
	}
	return nil
}

// rereadable returns the name of a record, or "" for standard input.
func rereadable(name string) string {
	if name == run.Stdout {
		return ""
	}
	return name
}

func readRecord(name string) (*status.Timeline, error) {
	file := os.Stdin
	if name != run.Stdout {
		var err error
		if file, err = os.Open(name); err != nil {
			return nil, err
		}
		defer file.Close()
	}
	var timeline status.Timeline
	err := event.ReadRun(file, timeline.Apply)
	return &timeline, err
}

// writeFile creates a file with what draw writes, or writes it to standard output. On an error it removes the file.
func writeFile(name string, stdout io.Writer, draw func(io.Writer) error) error {
	if name == run.Stdout {
		return draw(stdout)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	err = draw(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if info, statErr := os.Stat(name); err != nil && statErr == nil && info.Mode().IsRegular() {
		os.Remove(name)
	}
	return err
}
