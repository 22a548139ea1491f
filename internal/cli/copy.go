package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/urfave/cli/v2"

	"brood/internal/filecopy"
	"brood/internal/plan"
)

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
		Flags: slices.Concat(runFlags("copy", aboutCopied), []cli.Flag{
			oneOf(&cli.StringFlag{Name: "overwrite", Category: aboutCopied, Value: string(filecopy.Changed), Usage: "`WHICH` existing files to replace: changed (other size or time), always or never"},
				string(filecopy.Changed), string(filecopy.Always), string(filecopy.Never)),
			&cli.BoolFlag{Name: "archive", Category: aboutCopied, Aliases: []string{"a"}, Usage: "keep owners, special bits, extended attributes, ACLs and hard links, and copy named pipes and devices, too"},
			&cli.BoolFlag{Name: "strict", Category: aboutCopied, Usage: "what DEST cannot hold of a file is that file's failure"},
			&cli.BoolFlag{Name: "durable", Category: aboutProof, Usage: "a file counts as copied when it and its name are on the medium"},
			&cli.BoolFlag{Name: "verify", Category: aboutProof, Usage: "read each copy back from the medium and compare it with what was read"},
			&cli.BoolFlag{Name: "resume", Category: aboutCopied, Usage: "go on with partial copies, from where they are proved equal"},
			&cli.StringFlag{Name: "retry-failed", Category: aboutCopied, Usage: "copy just what failed in the run that `RECORD` is of", TakesFile: true},
			&cli.BoolFlag{Name: "force", Category: aboutCopied, Usage: "begin although DEST has not enough room"},
			&cli.BoolFlag{Name: "dry-run", Category: aboutCopied, Aliases: []string{"n"}, Usage: "say what would be copied, touch nothing"},
			jsonSummary(),
		}, clusterFlags()),
		Action: func(c *cli.Context) error {
			opts, err := readCopyOptions(c, std)
			if err != nil {
				return &usageError{err, didYouMean("", "brood copy --help")}
			}
			return opts.refuse(std, runCopy(opts, std))
		},
	}
}

func jsonSummary() cli.Flag {
	return &cli.BoolFlag{Name: "json", Category: aboutStory, Usage: "the summary as JSON"}
}

func readCopyOptions(c *cli.Context, std Streams) (options, error) {
	opts, err := readRunOptions(c, std)
	if err != nil {
		return opts, err
	}
	opts.dryRun, opts.force, opts.retryFailed = c.Bool("dry-run"), c.Bool("force"), c.String("retry-failed")
	if opts.retryFailed == "" || c.NArg() != 0 { // else the record has them
		if err := wantSourceAndDest(c); err != nil {
			return opts, err
		}
	}
	if opts.plan.Overwrite, err = filecopy.ParseOverwrite(c.String("overwrite")); err != nil {
		return opts, err
	}
	opts.copy.Overwrite = opts.plan.Overwrite
	opts.copy.Durable, opts.copy.Resume = c.Bool("durable"), c.Bool("resume")
	opts.copy.Archive, opts.copy.Strict = c.Bool("archive"), c.Bool("strict")
	opts.plan.Archive, opts.plan.Strict = opts.copy.Archive, opts.copy.Strict
	if verify := c.Bool("verify") || c.IsSet("hash") || opts.checksums != ""; !verify {
		opts.copy.Hash = ""
	}
	opts.plan.Recheck = opts.copy.Hash != "" || opts.copy.Durable
	return opts, opts.readCluster(c)
}

// readFailed chooses what the record of --retry-failed has failed at, from its
// source to its destination unless others are given.
func (o *options) readFailed(std Streams) error {
	if o.retryFailed == "" {
		return nil
	}
	var err error
	if o.plan.Only, err = plan.ReadFailed(o.retryFailed, o.plan.Stall); err != nil {
		return err
	}
	if sameFile(o.retryFailed, o.record) {
		return fmt.Errorf("record %q: is what --retry-failed reads", o.record)
	}
	if o.source == "" && o.dest == "" {
		o.source, o.dest = o.plan.Only.Source, o.plan.Only.Dest
	}
	if o.plan.Only.Partial {
		o.say(std.Err, hclog.Warn, fmt.Sprintf("record %q: that run was ended early, and what it never came to is not in it: a run without --retry-failed copies that, too", o.retryFailed))
	}
	return nil
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errors.Join(errA, errB) == nil && os.SameFile(infoA, infoB)
}
