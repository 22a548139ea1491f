package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"brood/internal/manual"
	"brood/internal/run"
)

const toFlag = "to"

func manCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:  "man",
		Usage: "print a man page, in roff, or write all of them",
		Description: "Without an argument it prints the page brood(1). " +
			"brood man copy prints the page brood-copy(1).",
		ArgsUsage: "[COMMAND|TOPIC]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: toFlag, Category: aboutLog,
				Usage: "write all pages below `FOLDER`, where man finds them: FOLDER/man1/brood.1, …"},
		},
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			pages := describe(c.App).Pages()
			switch {
			case c.NArg() > 1:
				return misuse(c, wrongArgs{"COMMAND or TOPIC", c.NArg()})
			case c.IsSet(toFlag) && c.NArg() > 0:
				return misuse(c, errors.New("--to writes all pages, so COMMAND or TOPIC cannot be given"))
			case c.IsSet(toFlag):
				return writePages(pages, c.String(toFlag))
			}
			name := c.App.Name
			if c.NArg() == 1 {
				name += "-" + c.Args().First()
			}
			for _, p := range pages {
				if p.Name == name {
					_, err := fmt.Fprint(std.Out, p.Roff)
					return run.Answer(err)
				}
			}
			return noSuchTopic(c)
		},
	}
}

// writePages writes each page to the folder of its section.
func writePages(pages []manual.Page, folder string) error {
	for _, p := range pages {
		path := filepath.Join(folder, filepath.FromSlash(p.Path()))
		err := os.MkdirAll(filepath.Dir(path), 0o777)
		if err == nil {
			err = os.WriteFile(path, []byte(p.Roff), 0o666)
		}
		if err != nil {
			return fmt.Errorf("--%s %q: %w", toFlag, folder, err)
		}
	}
	return nil
}
