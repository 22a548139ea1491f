package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"brood/internal/manual"
	"brood/internal/run"
)

func completionCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the completion script for a shell",
		ArgsUsage: "SHELL",
		Description: "SHELL is " + listed(manual.Shells()) + ". The script holds everything it offers, so it\n" +
			"belongs to this version of brood.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			script, ok := describe(c.App).Completion(c.Args().First())
			if !ok || c.NArg() != 1 {
				err := fmt.Errorf("shell %q: want %s", strings.Join(c.Args().Slice(), " "), listed(manual.Shells()))
				return misuse(c, err)
			}
			_, err := fmt.Fprint(std.Out, script)
			return run.Answer(err)
		},
	}
}

// listed returns "a, b or c".
func listed(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
