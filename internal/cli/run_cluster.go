package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/go-hclog"
	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

// runTaskCommand is what a task of brood run runs on its node.
func runTaskCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:            "run-task",
		Hidden:          true,
		Usage:           "run one list of commands on a cluster; the batch script starts it",
		ArgsUsage:       "COMMAND...",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags:           taskFlags(commandFlags()),
		Action: func(c *cli.Context) error {
			spec, err := readRun(c, std)
			if err == nil {
				spec.Task, err = readTask(c)
			}
			if err != nil {
				return misuse(c, err)
			}
			catchPipes()
			outcome, err := run.CommandBatch(spec)
			return conclude(outcome, err)
		},
	}
}

// readCommandCluster reads the flags of brood run on a cluster. The other flags are in spec.
func readCommandCluster(c *cli.Context, spec *run.Spec) error {
	if c.IsSet("on") {
		if err := fitsTasks(c); err != nil {
			return err
		}
		spec.Daemon = c.Bool("daemon") // the tasks; commands on a node are daemons in any case
	}
	return readCluster(c, spec, commandFlags())
}

// fitsTasks returns an error for a flag that brood run cannot follow on a cluster.
func fitsTasks(c *cli.Context) error {
	// These the submitting side reads. Any other flag that is forParent is for commands that are its children, or for
	// items that it does not send to tasks (--from, --pipe).
	known := []string{
		"null", "delimiter", "arg-file", "link", "colsep", "header", "resume", "resume-failed",
		"dry-run", "keep-order", "results", "halt", "on",
	}
	for _, f := range forParent.of(commandFlags()) {
		if name := f.Names()[0]; c.IsSet(name) && !slices.Contains(known, name) {
			return fmt.Errorf("--%s: not with --on slurm", name)
		}
	}
	return nil
}

// readCommandOutput reads the flags about the log and the files of brood run, or of brood follow for it.
func readCommandOutput(c *cli.Context, std Streams) (spec run.Spec, err error) {
	if spec, err = readOutput(c, std); err != nil {
		return spec, err
	}
	spec.Files.Joblog = c.String("joblog")
	switch {
	case c.IsSet("log-level"):
	case c.Bool("verbose"):
		spec.Log.Level = hclog.Info
	case c.Bool("quiet"):
		spec.Log.Level = hclog.Off
	default:
		spec.Log.Level = hclog.Warn // brood follow has another default
		spec.Table = !c.IsSet("log-format")
	}
	if (atTerminal(std.Out) || c.Bool("ungroup")) && spec.Progress == run.ProgressAuto {
		spec.Progress = run.ProgressNever // commands would write to the same lines
	}
	return spec, nil
}

// readFollow reads the flags of brood follow, which depend on what it follows.
func readFollow(c *cli.Context, std Streams) (run.Spec, error) {
	if !run.FollowsCommands(c.Args().First()) {
		if c.IsSet("joblog") {
			return run.Spec{}, errors.New("--joblog: JOB-DIR is not of brood run")
		}
		return readOutput(c, std)
	}
	for _, name := range []string{"checksums", "json"} {
		if c.IsSet(name) {
			return run.Spec{}, fmt.Errorf("--%s: JOB-DIR is of brood run", name)
		}
	}
	return readCommandOutput(c, std)
}
