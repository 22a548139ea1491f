package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
	"brood/internal/slurm"
	"brood/internal/target"
)

func followCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "follow",
		Usage:     "take up a copy on a cluster again, from any machine that sees its job folder",
		ArgsUsage: "JOB-DIR",
		Description: "Tells all that has happened so far, and goes on until all is done, as the brood copy\n" +
			"that has submitted it would have: what was not submitted yet, or is to be tried again,\n" +
			"is. The exit status is that of brood copy.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags:           append(storyFlags(), jsonSummary()),
		Action: func(c *cli.Context) error {
			opts, err := readStory(c, std)
			if err == nil && c.NArg() != 1 {
				err = fmt.Errorf("want JOB-DIR, got %d arguments", c.NArg())
			}
			if err != nil {
				return &usageError{err, didYouMean("", "brood follow --help")}
			}
			return opts.refuse(std, follow(c.Args().First(), opts, std))
		},
	}
}

// storyFlags are those of a run that say what is told of it, and where.
func storyFlags() []cli.Flag {
	told := []string{"quiet", "progress", "record", "report", "checksums", "log-level", "log-format"}
	return slices.DeleteFunc(runFlags("copy", aboutCopied), func(f cli.Flag) bool { return !slices.Contains(told, f.Names()[0]) })
}

// follow is brood follow.
func follow(dir string, opts options, std Streams) error {
	folder, err := slurm.Open(dir)
	if err != nil {
		return err
	}
	if err := folder.Alone(); err != nil {
		return err
	}
	job := folder.Job
	opts.source, opts.dest, opts.daemon, opts.retries = string(job.Source), string(job.Dest), job.Daemon, job.Retries
	opts.cluster.jobs = job.Jobs
	tree := plan.Tree{Source: string(job.Root), Dest: opts.dest}
	return run(tree, opts, std, func(shown *progress, emit event.Sink) (ending, error) {
		begun := opts.begun(job.Begun)
		begun.Hash = job.Hash
		emit(begun)
		beaten := folder.Beat()
		end, err := opts.followed(folder, tree, shown, 0, emit, func(stops <-chan schedule.Stop, options slurm.Options, emit event.Sink) (slurm.Outcome, error) {
			return folder.Follow(context.Background(), stops, options, emit)
		})
		beaten()
		if err != nil {
			return end, &brokenOff{err}
		}
		return end, letGo(folder, shown, end)
	})
}

func stopCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "stop",
		Usage:     "end a copy on a cluster",
		ArgsUsage: "JOB-DIR",
		Description: "Cancels the tasks that wait, then those that run, and returns when Slurm has none any\n" +
			"more. What is copied stays, and is skipped when the same is copied once more.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return &usageError{fmt.Errorf("want JOB-DIR, got %d arguments", c.NArg()), didYouMean("", "brood stop --help")}
			}
			folder, err := slurm.Open(c.Args().First())
			if err != nil {
				return err
			}
			tasks, err := folder.Stop(context.Background())
			if err == nil {
				err = options{}.mark(plan.Tree{Source: string(folder.Job.Root), Dest: string(folder.Job.Dest)}, folder.Job.Marker, target.Kwargs.Unmark)
			}
			if err != nil {
				return fmt.Errorf("stop: %w", err)
			}
			_, err = fmt.Fprintf(std.Out, "cancelled %d tasks\n", tasks)
			return answer(err)
		},
	}
}
