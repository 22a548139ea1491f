package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"brood/internal/plan"
	"brood/internal/run"
	"brood/internal/view"
)

func copyCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "copy",
		Usage:     "copy files and folders, each file by a child process of its own",
		ArgsUsage: "SOURCE... DEST",
		Description: "Copies each file under SOURCE to the same place under DEST, which is created when\n" +
			"missing. Several sources, files or folders, keep their names below DEST. A single\n" +
			"file goes into the folder DEST: if that is missing, end DEST with a slash. A file\n" +
			"appears under its final name complete or not at all. A name that begins with a\n" +
			"dash goes after --. A FILE of - is standard output, and replaces the summary there.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags:           flagsOf(copyFlags()),
		Action: func(c *cli.Context) error {
			spec, err := readCopy(c, std)
			if err == nil {
				err = readCluster(c, &spec, copyFlags())
			}
			if err != nil {
				return misuse(c, err)
			}
			if err := readFailed(c, &spec); err != nil {
				return err
			}
			if err := readListing(c, &spec); err != nil {
				return err
			}
			defer closeListing(spec)
			outcome, err := run.Copy(spec, std)
			return conclude(outcome, err)
		},
	}
}

// taskCommand is what a task of a cluster runs on its node.
func taskCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:            "task",
		Hidden:          true,
		Usage:           "copy one batch of a run on a cluster; the batch script starts it",
		ArgsUsage:       "SOURCE... DEST",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags:           taskFlags(copyFlags()),
		Action: func(c *cli.Context) error {
			spec, err := readCopy(c, std)
			if err == nil {
				spec.Task, err = readTask(c)
			}
			if err != nil {
				return misuse(c, err)
			}
			outcome, err := run.CopyBatch(spec)
			return conclude(outcome, err)
		},
	}
}

// readTask reads the flags that only a task has.
func readTask(c *cli.Context) (*run.Task, error) {
	if c.String("job-dir") == "" || !c.IsSet("batch") {
		return nil, errors.New("want --job-dir and --batch")
	}
	return &run.Task{
		JobFolder: c.String("job-dir"), Batch: c.Int("batch"),
		Generation: c.Int("generation"), Again: c.Bool("again"),
	}, nil
}

// conclude turns the outcome of a run into the exit status.
func conclude(o run.Outcome, err error) error {
	switch short, folder := new(plan.Shortage), new(plan.WantsFolder); {
	case errors.As(err, &folder):
		return &usageError{err: err, hint: fmt.Sprintf("to make that folder, end it with a slash: %q", folder.Dest+"/")}
	case errors.As(err, &short):
		return &usageError{err: err, hint: fmt.Sprintf("needed %s, free %s; --force copies what fits",
			view.Bytes(short.Needed.Bytes), view.Bytes(short.Free.Bytes))}
	case err != nil:
		return err
	case o.Signal != 0:
		return exitStatus(statusSignal + int(o.Signal))
	case o.Failed:
		return exitStatus(statusFailed)
	}
	return nil
}
