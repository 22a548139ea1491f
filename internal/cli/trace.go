package cli

import (
	"errors"

	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

// traceName is the name of a command whose flags end where its program begins.
const traceName = "trace"

func traceCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      traceName,
		Usage:     "run a program and show what its processes do",
		ArgsUsage: "PROGRAM [ARG...]",
		Description: "Runs PROGRAM, and draws its processes at the end: who started whom, which programs they\n" +
			"executed, which signals they got and from whom, which of them were stopped, adopted or\n" +
			"zombies, how they ended and who reaped them. The program needs no change, and you need\n" +
			"no privilege. It has the same input, output and exit status as without brood.\n" +
			"Linux only.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "record", Category: aboutLog, TakesFile: true,
				Usage: "write every event to `FILE` as JSON Lines"},
			&cli.StringFlag{Name: "report", Category: aboutPicture, TakesFile: true,
				Usage: "draw the processes for a browser, in `FILE`"},
			&cli.StringFlag{Name: "svg", Category: aboutPicture, TakesFile: true,
				Usage: "write the time line of the processes as a picture to `FILE`"},
			&cli.StringFlag{Name: "trace", Category: aboutPicture, TakesFile: true,
				Usage: "write `FILE` for Perfetto or chrome://tracing"},
			langFlag(aboutPicture),
			&cli.BoolFlag{Name: "live", Category: aboutPicture,
				Usage: "on a terminal: show the processes while they run, below the program's output"},
			&cli.BoolFlag{Name: "step", Category: aboutPicture,
				Usage: "on a terminal: stop the processes at each event, explain it, and wait for Enter"},
			&cli.BoolFlag{Name: "ipc", Category: aboutTrace,
				Usage: "also show the pipes, and which processes hold their ends"},
			&cli.BoolFlag{Name: "detach-on-exit", Category: aboutTrace,
				Usage: "if brood ends first, let the processes go on; they run slower then"},
			&cli.BoolFlag{Name: "quiet", Category: aboutLog, Aliases: []string{"q"},
				Usage: "draw nothing at the end; only what the other flags ask for"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return misuse(c, wrongArgs{"PROGRAM", 0})
			}
			if err := checkLang(c); err != nil {
				return misuse(c, err)
			}
			if c.Bool("live") && c.Bool("step") {
				return misuse(c, errors.New("--live and --step: want one of the two"))
			}
			spec := run.TraceSpec{
				Command: c.Args().Slice(), Detach: c.Bool("detach-on-exit"), Quiet: c.Bool("quiet"), Live: c.Bool("live"),
				Step: c.Bool("step"), Pipes: c.Bool("ipc"), Lang: c.String("lang"),
				Files: run.Files{Record: c.String("record"), Report: c.String("report"), SVG: c.String("svg"),
					Trace: c.String("trace"), Lang: c.String("lang")},
			}
			if spec.Files.OnStdout() {
				err := errors.New("--record, --report, --svg, --trace: want a file, as the program has standard output")
				return misuse(c, err)
			}
			status, err := run.Trace(spec, std)
			if err == nil && status != 0 {
				return exitStatus(status)
			}
			return err
		},
	}
}
