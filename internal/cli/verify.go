package cli

import (
	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

func verifyCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "compare files and folders with their copies, a child process per file",
		ArgsUsage: "SOURCE... DEST",
		Description: "Lists each file under SOURCE that is missing or different under DEST, and each file\n" +
			"that only DEST has. Several sources are compared with what has their names below DEST.\n" +
			"It reads DEST from the medium. Status 1 when anything differs.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags:           flagsOf(verifyFlags()),
		Action: func(c *cli.Context) error {
			spec, err := readSpec(c, std)
			if err == nil {
				err = wantSourcesAndDest(c)
			}
			if err != nil {
				return misuse(c, err)
			}
			spec.Compare = true
			if err := readListing(c, &spec); err != nil {
				return err
			}
			defer closeListing(spec)
			outcome, err := run.Verify(spec, std)
			return conclude(outcome, err)
		},
	}
}
