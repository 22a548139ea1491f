package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

func followCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "follow",
		Usage:     "continue a run on a cluster, from any machine that sees its job folder",
		ArgsUsage: "JOB-DIR",
		Description: "Logs what has happened until now, and goes on until all is done, as the brood copy\n" +
			"or run that began it would have: it submits what was not submitted, or must be\n" +
			"tried again. Of brood run it prints all output, from the beginning on. The exit\n" +
			"status is that of brood copy or run.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags:           append(flagsOf(forOutput.of(copyFlags())), joblogFlag()),
		Action: func(c *cli.Context) error {
			err := wantJobFolder(c)
			var spec run.Spec
			if err == nil {
				spec, err = readFollow(c, std)
			}
			if err != nil {
				return misuse(c, err)
			}
			outcome, err := run.Follow(c.Args().First(), spec, std)
			return conclude(outcome, err)
		},
	}
}

func stopCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "stop",
		Usage:     "end a run on a cluster",
		ArgsUsage: "JOB-DIR",
		Description: "Cancels the waiting tasks, then the running ones, and returns when Slurm has none\n" +
			"left. Finished copies stay; copying the same again skips them. brood follow can still\n" +
			"print the output of commands that have ended.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			if err := wantJobFolder(c); err != nil {
				return misuse(c, err)
			}
			tasks, err := run.Stop(context.Background(), c.Args().First())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.Out, "cancelled %d tasks\n", tasks)
			return run.Answer(err)
		},
	}
}

// wantJobFolder refuses an empty name, too: that of an unset variable would stand for the current folder.
func wantJobFolder(c *cli.Context) error {
	switch {
	case c.NArg() != 1:
		return wrongArgs{"JOB-DIR", c.NArg()}
	case c.Args().First() == "":
		return errors.New(`JOB-DIR "": want a folder`)
	}
	return nil
}
