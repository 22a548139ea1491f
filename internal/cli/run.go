package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"brood/internal/item"
	"brood/internal/output"
	"brood/internal/run"
)

// runName is the name of the command whose flags end where its own command begins.
const runName = "run"

func runCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      runName,
		Usage:     "run a command once per item, each as a process of its own",
		ArgsUsage: "COMMAND...",
		Description: "Runs COMMAND once for each line of standard input, or for each value after :::, as\n" +
			"xargs and GNU parallel do, or for each file below the folder of --from. {} stands for\n" +
			"the item, which is appended when COMMAND has no {}. No shell reads COMMAND, so it\n" +
			"needs no second quoting. The output of each command appears when that command has\n" +
			"ended. No process that COMMAND starts outlives brood, however brood ends.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags:           flagsOf(commandFlags()),
		Action: func(c *cli.Context) error {
			spec, err := readRun(c, std)
			if err == nil {
				err = readCommandCluster(c, &spec)
			}
			if err != nil {
				return misuse(c, err)
			}
			catchPipes()
			outcome, err := run.Commands(spec, std)
			return conclude(outcome, err)
		},
	}
}

// catchPipes has a write to a closed pipe fail, and lets commands die of one. Ignored signals stay ignored across exec,
// and caught ones do not. Go returns an error for the write in both cases.
func catchPipes() {
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
}

// readRun reads the command line of brood run.
func readRun(c *cli.Context, std Streams) (spec run.Spec, err error) {
	if spec, err = readCommandOutput(c, std); err != nil {
		return spec, err
	}
	spec.DryRun, spec.Name, spec.Daemon = c.Bool("dry-run"), c.String("name"), !c.Bool("no-daemon")
	if spec.Slots, spec.Auto, err = parseJobs(c.String("jobs")); err != nil {
		return spec, err
	}
	if spec.Room, err = readRoom(c); err != nil {
		return spec, err
	}
	if err = readPace(c, &spec); err != nil {
		return spec, err
	}
	if spec.Retries = c.Int("retries"); spec.Retries < 0 {
		return spec, fmt.Errorf("--retries %d: want 0 or more", spec.Retries)
	}
	if spec.Halt, err = parseHalt(c.String("halt")); err != nil {
		return spec, err
	}
	if spec.Limits, err = readLimits(c); err != nil {
		return spec, err
	}
	if spec.Command, err = readCommand(c); err != nil {
		return spec, err
	}
	if err := readFrom(c, &spec); err != nil {
		return spec, err
	}
	return spec, readResume(c, &spec)
}

// readResume reads which earlier runs this one continues.
func readResume(c *cli.Context, spec *run.Spec) error {
	resume := &spec.Command.Resume
	resume.Files, resume.OK = c.StringSlice("resume"), spec.Command.OK
	if again := c.StringSlice("resume-failed"); len(again) > 0 {
		if len(resume.Files) > 0 {
			return errors.New("--resume and --resume-failed: want one of the two")
		}
		resume.Files, resume.Failed = again, true
	}
	resume.Files = slices.DeleteFunc(resume.Files, func(name string) bool {
		info, err := os.Stat(name)
		first := errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
		return first && name == spec.Files.Joblog // of several runs with this command line
	})
	for _, name := range resume.Files {
		spec.Files.Continue = spec.Files.Continue || run.SameFile(name, spec.Files.Joblog)
	}
	return nil
}

// readCommand reads the command, its items, and what becomes of its output.
func readCommand(c *cli.Context) (*run.Command, error) {
	words, sources, err := item.Cut(c.Args().Slice())
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return nil, wrongArgs{"COMMAND", c.NArg()}
	}
	to := &run.Command{Words: words, Shell: c.Bool("shell"), Dir: c.String("cwd"), Most: c.Int("max-args"),
		Fill: c.Bool("fill"), OK: []int{0}}
	if to.Items, err = readItems(c, sources); err != nil {
		return nil, err
	}
	switch {
	case to.Most < 1:
		return nil, fmt.Errorf("--max-args %d: want 1 or more", to.Most)
	case to.Fill && !c.IsSet("max-args"):
		to.Most = 1 << 30
	}
	if info, err := os.Stat(to.Dir); to.Dir != "" && (err != nil || !info.IsDir()) {
		return nil, fmt.Errorf("--cwd %q: is no folder", to.Dir)
	}
	changes := append([]string{"-BROOD_ITEM"}, c.StringSlice("env")...) // that of a brood around this one
	if to.Env, err = readEnvironment(os.Environ(), changes); err != nil {
		return nil, err
	}
	if to.OK, err = parseCodes("ok", c.String("ok")); err != nil {
		return nil, err
	}
	if to.Again, err = readAgain(c); err != nil {
		return nil, err
	}
	if err := readStreams(c, to); err != nil {
		return nil, err
	}
	return to, readPipe(c, to)
}

// readItems reads where the items come from.
func readItems(c *cli.Context, sources []item.Source) (spec item.Spec, err error) {
	for _, file := range c.StringSlice("arg-file") {
		spec.Sources = append(spec.Sources, item.Source{File: file})
	}
	spec.Sources = append(spec.Sources, sources...)
	spec.Delim, spec.Link, spec.Header = '\n', c.Bool("link"), c.Bool("header")
	switch d := c.String("delimiter"); {
	case d != "" && c.Bool("null"):
		return spec, errors.New("--null and --delimiter: want one of the two")
	case c.Bool("null"):
		spec.Delim = 0
	case d != "":
		if d == `\0` { // C, xargs and parallel know it, Go does not
			d = `\x00`
		}
		text, err := strconv.Unquote(`"` + d + `"`)
		if err != nil || len(text) != 1 {
			return spec, fmt.Errorf(`--delimiter %q: want one character, or an escape such as \t`, d)
		}
		spec.Delim = text[0]
	}
	if colsep := c.String("colsep"); colsep != "" {
		if spec.Colsep, err = regexp.Compile(colsep); err != nil {
			return spec, fmt.Errorf("--colsep %q: %w", colsep, err)
		}
	}
	return spec, nil
}

// readStreams reads what becomes of the output.
func readStreams(c *cli.Context, to *run.Command) error {
	to.Output = output.Options{Out: os.Stdout, Err: os.Stderr, Ordered: c.Bool("keep-order"),
		Results: c.String("results"), Delay: time.Second}
	switch {
	case c.Bool("ungroup") && c.Bool("line-buffer"):
		return errors.New("--ungroup and --line-buffer: want one of the two")
	case c.Bool("ungroup") && (c.Bool("keep-order") || c.Bool("tag") || c.IsSet("tagstring") || c.IsSet("results")):
		return errors.New("--ungroup: brood does not see the output, so it can neither order, tag nor keep it")
	case c.Bool("ungroup"):
		to.Output.Mode = output.Raw
	case c.Bool("line-buffer"):
		to.Output.Mode = output.Lines
	}
	switch {
	case c.IsSet("tagstring"):
		to.Tag = []string{c.String("tagstring")}
	case c.Bool("tag"):
		to.Tag = []string{"{}"}
	}
	return nil
}

// readEnvironment changes the environment: NAME=VALUE sets a variable, -NAME removes it.
func readEnvironment(environ, changes []string) ([]string, error) {
	for _, change := range changes {
		name, _, sets := strings.Cut(change, "=")
		bare, removes := strings.CutPrefix(name, "-")
		if bare == "" || sets == removes {
			return nil, fmt.Errorf("--env %q: want NAME=VALUE or -NAME", change)
		}
		environ = slices.DeleteFunc(environ, func(e string) bool { return strings.HasPrefix(e, bare+"=") })
		if sets {
			environ = append(environ, change)
		}
	}
	return environ, nil
}

// readAgain reads which failures are tried again.
func readAgain(c *cli.Context) (again run.Again, err error) {
	on := c.String("retry-on")
	if on == "" {
		return run.Again{All: true}, nil
	}
	var codes []string
	for _, word := range strings.Split(on, ",") {
		switch word {
		case "signal":
			again.Signals = true
		case "timeout":
			again.Timeouts = true
		default:
			codes = append(codes, word)
		}
	}
	if len(codes) > 0 {
		again.Codes, err = parseCodes("retry-on", strings.Join(codes, ","))
	}
	return again, err
}

// parseCodes reads a list of exit codes.
func parseCodes(flag, s string) (codes []int, err error) {
	for _, word := range strings.Split(s, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 || n > 255 {
			return nil, fmt.Errorf("--%s %q: want exit codes from 0 to 255, such as 0,1", flag, s)
		}
		codes = append(codes, n)
	}
	return codes, nil
}
