package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

func manCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:            "man",
		Usage:           "print the man page, in roff",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			if c.NArg() != 0 {
				err := wrongArgs{"no arguments", c.NArg()}
				return misuse(c, err)
			}
			_, err := fmt.Fprint(std.Out, describe(c.App).Man())
			return run.Answer(err)
		},
	}
}
