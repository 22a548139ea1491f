package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"brood/internal/item"
	"brood/internal/run"
)

// readFrom reads --from and its filters. Flags that have no effect on its items, or only on these, are errors.
func readFrom(c *cli.Context, spec *run.Spec) error {
	if !c.IsSet("from") {
		for _, f := range filterFlags("", 0) {
			if name := f.Names()[0]; c.IsSet(name) {
				return fmt.Errorf("--%s requires --from FOLDER", name)
			}
		}
		return nil
	}
	readFilters(c, spec)
	to := spec.Command
	to.From = c.String("from")
	lines := slices.ContainsFunc(to.Items.Sources, func(s item.Source) bool { return s.File != "" })
	switch {
	case to.Items.Header:
		return errors.New("--header: the files of --from have no header")
	case c.Bool("null") && !lines:
		return errors.New("--null: the files of --from are no lines, and any name will do")
	case c.IsSet("delimiter") && !lines:
		return errors.New("--delimiter: the files of --from are no lines, and any name will do")
	}
	return spec.Validate()
}
