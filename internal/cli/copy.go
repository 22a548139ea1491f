package cli

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/urfave/cli/v2"

	"brood/internal/filecopy"
	"brood/internal/plan"
)

// copyOptions are what the flags of brood copy say.
type copyOptions struct {
	source, dest string
	jobs         int // 0: all at once
	daemon       bool
	name         string
	plan         plan.Options
	copy         filecopy.Options
	dryRun       bool
	quiet        bool
	json         bool
	record       string
	log          hclog.LoggerOptions
}

// grace is how long a terminated child may take before it is killed, and a
// killed one before it is abandoned.
const grace = 5 * time.Second

func copyCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "copy",
		Usage:     "copy a folder, each file by a child process of its own",
		ArgsUsage: "SOURCE DEST",
		Description: "Copies each file under SOURCE to the same place under DEST, which is made when\n" +
			"missing. SOURCE may be a single file. A file appears under its final name\n" +
			"complete or not at all. A name that begins with a dash goes after --.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "jobs", Aliases: []string{"j"}, Value: runtime.NumCPU(), DefaultText: "the CPUs", Usage: "`N` children at once; 0: all"},
			&cli.IntFlag{Name: "per-child", Value: 1, Usage: "`N` files per child at most"},
			&cli.BoolFlag{Name: "daemon", Usage: "children do not outlive this process, however it ends"},
			&cli.StringFlag{Name: "name", Value: "copy", Usage: "call the children `NAME`-1, NAME-2 …"},
			&cli.StringFlag{Name: "overwrite", Value: string(filecopy.Changed), Usage: "`WHICH` existing files to replace: changed (other size or time), always or never"},
			&cli.StringSliceFlag{Name: "include", Usage: "only files that match `GLOB`; may be given again"},
			&cli.StringSliceFlag{Name: "exclude", Usage: "neither files nor folders that match `GLOB`; may be given again"},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "say what would be copied, touch nothing"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "only warnings and errors, no summary"},
			&cli.BoolFlag{Name: "json", Usage: "the summary as JSON"},
			&cli.StringFlag{Name: "record", Usage: "write every event to `FILE` as JSON Lines"},
			&cli.StringFlag{Name: "log-level", Value: "info", Usage: "`LEVEL`: trace, debug, info, warn, error or off"},
			&cli.StringFlag{Name: "log-format", Value: "text", Usage: "`FORMAT`: text or json"},
		},
		Action: func(c *cli.Context) error {
			opts, err := readCopyOptions(c, std)
			if err != nil {
				return &usageError{err, didYouMean("", "brood copy --help")}
			}
			return runCopy(opts, std)
		},
	}
}

func readCopyOptions(c *cli.Context, std Streams) (copyOptions, error) {
	opts := copyOptions{
		jobs: c.Int("jobs"), daemon: c.Bool("daemon"), name: c.String("name"),
		dryRun: c.Bool("dry-run"), quiet: c.Bool("quiet"), json: c.Bool("json"), record: c.String("record"),
		plan: plan.Options{Include: c.StringSlice("include"), Exclude: c.StringSlice("exclude"), PerChild: c.Int("per-child")},
	}
	if c.NArg() != 2 {
		return opts, fmt.Errorf("want SOURCE and DEST, got %d arguments", c.NArg())
	}
	opts.source, opts.dest = c.Args().Get(0), c.Args().Get(1)
	if opts.jobs < 0 {
		return opts, fmt.Errorf("jobs %d: want 0 (all at once) or more", opts.jobs)
	}
	if opts.name == "" || printable(opts.name) != opts.name || strings.Contains(opts.name, "\n") {
		return opts, fmt.Errorf("name %q: want one that can be printed on a line", opts.name)
	}
	if opts.plan.PerChild < 1 {
		return opts, fmt.Errorf("per-child %d: want 1 or more", opts.plan.PerChild)
	}
	if err := opts.plan.Validate(); err != nil {
		return opts, err
	}
	var err error
	if opts.plan.Overwrite, err = filecopy.ParseOverwrite(c.String("overwrite")); err != nil {
		return opts, err
	}
	opts.copy.Overwrite = opts.plan.Overwrite
	opts.log, err = readLogOptions(c, std)
	return opts, err
}

func readLogOptions(c *cli.Context, std Streams) (hclog.LoggerOptions, error) {
	level := hclog.LevelFromString(c.String("log-level"))
	if level == hclog.NoLevel {
		return hclog.LoggerOptions{}, fmt.Errorf("log-level %q: want trace, debug, info, warn, error or off", c.String("log-level"))
	}
	if c.Bool("quiet") && !c.IsSet("log-level") {
		level = hclog.Warn
	}
	format := c.String("log-format")
	if format != "text" && format != "json" {
		return hclog.LoggerOptions{}, fmt.Errorf("log-format %q: want text or json", format)
	}
	return hclog.LoggerOptions{Name: "brood", Output: std.Err, Level: level, JSONFormat: format == "json"}, nil
}
