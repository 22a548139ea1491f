package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"brood/internal/block"
	"brood/internal/item"
	"brood/internal/run"
)

// readPipe reads --pipe and what the command reads then in place of getting items.
func readPipe(c *cli.Context, to *run.Command) error {
	if !c.Bool("pipe") {
		if c.IsSet("block") {
			return errors.New("--block: is for --pipe")
		}
		return nil
	}
	for _, other := range []string{"from", "fill", "link", "colsep", "header"} {
		if c.IsSet(other) {
			return fmt.Errorf("--%s: is for items, and with --pipe there are none", other)
		}
	}
	for _, other := range []string{"resume", "resume-failed"} {
		if c.IsSet(other) {
			return fmt.Errorf("--%s: finds items by their names, and the blocks of --pipe have none", other)
		}
	}
	blocks := block.Spec{Delim: to.Items.Delim}
	switch sources := to.Items.Sources; {
	case len(sources) > 1:
		return errors.New("--pipe: reads one FILE; cat joins several")
	case len(sources) == 1 && sources[0].File == "":
		return errors.New("--pipe: reads no arguments after ::: but standard input or a FILE (-a)")
	case len(sources) == 1:
		blocks.File = sources[0].File
	}
	switch {
	case c.IsSet("max-args") && c.IsSet("block"):
		return errors.New("--max-args and --block: want one of the two")
	case c.IsSet("max-args"):
		blocks.Records = to.Most
	default:
		size, err := parseSize(c.String("block"))
		if err != nil {
			return fmt.Errorf("--block %w", err)
		}
		if size < 1 {
			return fmt.Errorf("--block %q: want 1 or more bytes", c.String("block"))
		}
		blocks.Size = size
	}
	if c.Bool("tag") && !c.IsSet("tagstring") {
		to.Tag = []string{"{#}"}
	}
	to.Blocks, to.Items = &blocks, item.Spec{Sources: []item.Source{{Args: []string{}}}}
	return nil
}
