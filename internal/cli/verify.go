package cli

import (
	"github.com/urfave/cli/v2"

	"brood/internal/plan"
)

func verifyCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "compare the contents of two folders, each file by a child process of its own",
		ArgsUsage: "SOURCE DEST",
		Description: "Lists each file under SOURCE that DEST lacks, or has otherwise, and each that DEST\n" +
			"alone has. What DEST has is read from the medium. Status 1 when anything differs.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags: append(runFlags("verify", aboutCompared),
			&cli.BoolFlag{Name: "json", Category: aboutStory, Usage: "each difference, and then the summary, as a line of JSON"}),
		Action: func(c *cli.Context) error {
			opts, err := readRunOptions(c, std)
			if err == nil {
				err = wantSourceAndDest(c)
			}
			if err != nil {
				return &usageError{err, didYouMean("", "brood verify --help")}
			}
			opts.compare = true
			tree, err := plan.CheckCompare(opts.source, opts.dest, opts.plan.Stall)
			if err == nil {
				defer tree.Folders.Close()
				err = runHere(tree, opts, std)
			}
			return opts.refuse(std, err)
		},
	}
}
