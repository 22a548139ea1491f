package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/urfave/cli/v2"

	"brood/internal/confine"
	"brood/internal/digest"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/run"
	"brood/internal/view"
)

// readSpec reads the flags of every run, and SOURCE and DEST.
func readSpec(c *cli.Context, std Streams) (spec run.Spec, err error) {
	if spec, err = readOutput(c, std); err != nil {
		return spec, err
	}
	if args := c.Args().Slice(); len(args) > 0 {
		spec.Sources, spec.Dest = args[:len(args)-1], args[len(args)-1]
	}
	readFilters(c, &spec)
	if err := fitsListing(c); err != nil {
		return spec, err
	}
	spec.Daemon, spec.Name = c.Bool("daemon"), c.String("name")
	if spec.Slots, spec.Auto, err = parseJobs(c.String("jobs")); err != nil {
		return spec, err
	}
	if spec.Room, err = readRoom(c); err != nil {
		return spec, err
	}
	if spec.Name == "" || run.Printable(spec.Name) != spec.Name || strings.Contains(spec.Name, "\n") {
		return spec, fmt.Errorf("--name %q: want a name that prints on one line", spec.Name)
	}
	if spec.PerChild, spec.Guided, err = parsePerChild(c.String("per-child")); err != nil {
		return spec, err
	}
	if err := spec.Validate(); err != nil {
		return spec, err
	}
	if spec.Hash, err = digest.Parse(c.String("hash")); err != nil {
		return spec, dashed(err)
	}
	if spec.Confine, err = confine.ParseMode(c.String("confine")); err != nil {
		return spec, dashed(err)
	}
	if err = readFailures(c, &spec); err != nil {
		return spec, err
	}
	if spec.Rate, err = parseRate(c.String("bwlimit")); err != nil {
		return spec, fmt.Errorf("--bwlimit %w", err)
	}
	spec.Limits, err = readLimits(c)
	return spec, err
}

// readFilters reads the flags that choose files below a folder.
func readFilters(c *cli.Context, spec *run.Spec) {
	spec.Include, spec.Exclude = c.StringSlice("include"), c.StringSlice("exclude")
}

// readOutput reads the flags about the log, the summary and the files that a run writes.
func readOutput(c *cli.Context, std Streams) (spec run.Spec, err error) {
	spec = run.Spec{Quiet: c.Bool("quiet"), JSON: c.Bool("json"), Files: run.Files{
		Record: c.String("record"), Checksums: c.String("checksums"), Report: c.String("report"),
		Lang: systemLang(os.Getenv),
	}}
	if spec.Progress, err = run.ParseProgress(c.String("progress")); err != nil {
		return spec, err
	}
	if c.Bool("quiet") && c.Bool("verbose") {
		return spec, errors.New("--quiet and --verbose: want one of the two")
	}
	spec.Log, err = readLogOptions(c, std)
	spec.Table = atTerminal(std.Err) && !spec.Quiet && !c.Bool("verbose") && !c.IsSet("log-level") &&
		!c.IsSet("log-format")
	return spec, err
}

// atTerminal tells whether people read what is written there.
func atTerminal(w io.Writer) bool {
	file, _ := view.Terminal(w)
	return file != nil
}

// readCopy reads the flags that only brood copy has.
func readCopy(c *cli.Context, std Streams) (run.Spec, error) {
	spec, err := readSpec(c, std)
	if err != nil {
		return spec, err
	}
	if spec.Overwrite, err = filecopy.ParseOverwrite(c.String("overwrite")); err != nil {
		return spec, dashed(err)
	}
	spec.DryRun, spec.Force = c.Bool("dry-run"), c.Bool("force")
	spec.Durable, spec.Resume = c.Bool("durable"), c.Bool("resume")
	spec.Archive, spec.Strict = c.Bool("archive"), c.Bool("strict")
	if verify := c.Bool("verify") || c.IsSet("hash") || spec.Files.Checksums != ""; !verify {
		spec.Hash = ""
	}
	record := c.String("retry-failed")
	if record == "" || c.NArg() != 0 { // otherwise the record names them
		if err := wantSourcesAndDest(c); err != nil {
			return spec, err
		}
	}
	return spec, nil
}

// readFailed chooses the items that failed in the run of --retry-failed. They are copied from
// that run's source to its destination unless others are given.
func readFailed(c *cli.Context, spec *run.Spec) (err error) {
	record := c.String("retry-failed")
	if record == "" {
		return nil
	}
	if spec.Only, err = plan.ReadFailed(record, spec.Stall); err != nil {
		return err
	}
	if run.SameFile(record, spec.Files.Record) {
		return fmt.Errorf("--record %q: --retry-failed reads this file", spec.Files.Record)
	}
	if len(spec.Sources) == 0 {
		spec.Sources, spec.Dest = spec.Only.Sources, spec.Only.Dest
	}
	if spec.Only.Partial {
		run.Note(spec.Log, hclog.Warn, fmt.Sprintf("record %q: that run was ended early, so the record lacks "+
			"the files that it did not begin; a run without --retry-failed copies them too", record))
	}
	return nil
}

// parseJobs reads the number of slots: N, 0 for no limit, or auto.
func parseJobs(s string) (slots int, auto bool, err error) {
	if s == "auto" {
		return runtime.NumCPU(), true, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, false, fmt.Errorf("--jobs %q: want a number of children, 0 (no limit) or auto", s)
	}
	return n, false, nil
}

// parsePerChild reads how many items a child gets at most: N, or auto.
func parsePerChild(s string) (items int, guided bool, err error) {
	if s == "auto" {
		return 1, true, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, false, fmt.Errorf("--per-child %q: want a number of files, 1 or more, or auto", s)
	}
	return n, false, nil
}

// readFailures reads how long a child may take, how often an item is tried, and how many may fail.
func readFailures(c *cli.Context, spec *run.Spec) (err error) {
	if spec.Stall, err = duration("stall", c.String("stall")); err != nil {
		return err
	}
	if spec.Timeout, err = durationIfSet(c, "timeout"); err != nil {
		return err
	}
	switch spec.Retries = c.Int("retries"); {
	case spec.Retries < 0:
		return fmt.Errorf("--retries %d: want 0 or more", spec.Retries)
	case c.IsSet("halt") && c.IsSet("max-errors"):
		return errors.New("--halt and --max-errors: want one of the two")
	case c.IsSet("max-errors"):
		spec.Halt, err = parseMaxErrors(c.Int("max-errors"))
	default:
		spec.Halt, err = parseHalt(c.String("halt"))
	}
	return err
}

// readLimits reads what each child may take of the machine.
func readLimits(c *cli.Context) (l process.Limits, err error) {
	l.Nice = c.Int("nice")
	if l.CPUTime, err = durationIfSet(c, "cpu-time"); err != nil {
		return l, err
	}
	if s := c.String("memory"); s != "" {
		if l.Memory, err = parseSize(s); err != nil {
			return l, fmt.Errorf("--memory %w", err)
		}
	}
	if s := c.String("ionice"); s != "" {
		if l.IO, err = process.ParseIOPriority(s); err != nil {
			return l, dashed(err)
		}
	}
	return l, dashed(l.Validate())
}

// dashed adds the dashes of the flag to an error of another package, which begins with the flag's name.
func dashed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--%w", err)
}

func wantSourcesAndDest(c *cli.Context) error {
	if c.NArg() < 2 {
		return wrongArgs{"SOURCE and DEST", c.NArg()}
	}
	return nil
}

func readLogOptions(c *cli.Context, std Streams) (hclog.LoggerOptions, error) {
	level := hclog.LevelFromString(c.String("log-level"))
	if level == hclog.NoLevel {
		return hclog.LoggerOptions{}, fmt.Errorf(
			"--log-level %q: want trace, debug, info, warn, error or off", c.String("log-level"))
	}
	if c.Bool("quiet") && !c.IsSet("log-level") {
		level = hclog.Warn
	}
	format := c.String(logFormat)
	if format != "text" && format != "json" {
		return hclog.LoggerOptions{}, fmt.Errorf("--log-format %q: want text or json", format)
	}
	return hclog.LoggerOptions{Name: "brood", Output: std.Err, Level: level, JSONFormat: format == "json"}, nil
}

// durationIfSet is as duration, and 0 for a flag that is not set.
func durationIfSet(c *cli.Context, flag string) (time.Duration, error) {
	if !c.IsSet(flag) {
		return 0, nil
	}
	return duration(flag, c.String(flag))
}

// duration reads the time that a flag has: 90s, 1h30m, 2d12h, or a number of seconds.
func duration(flag, s string) (time.Duration, error) {
	days, rest, hasDays := strings.Cut(s, "d")
	if !hasDays {
		days, rest = "0", s
	}
	if _, noUnit := strconv.ParseFloat(rest, 64); noUnit == nil || rest == "" {
		rest = cmp.Or(rest, "0") + "s"
	}
	n, err := strconv.ParseUint(days, 10, 16)
	d, restErr := time.ParseDuration(rest)
	if s == "" || err != nil || restErr != nil || d < 0 {
		return 0, fmt.Errorf("--%s %q: want a time, as 90s, 1h30m or 2d, or 0 for none", flag, s)
	}
	return time.Duration(n)*24*time.Hour + d, nil
}
