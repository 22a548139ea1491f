package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/run"
)

// fitsListing returns an error for what does not go with --files-from.
func fitsListing(c *cli.Context) error {
	switch {
	case !c.IsSet("files-from") && c.Bool("null"):
		return errors.New("--null requires --files-from")
	case !c.IsSet("files-from"):
	case c.NArg() > 2:
		return fmt.Errorf("--files-from: want one SOURCE, got %d", c.NArg()-1)
	case c.String("retry-failed") != "":
		return errors.New("--files-from and --retry-failed: want one of the two")
	}
	return nil
}

// readListing reads the list of --files-from.
func readListing(c *cli.Context, spec *run.Spec) (err error) {
	name := c.String("files-from")
	switch name {
	case "":
		return nil
	case run.Stdout: // the same dash is standard input here
		if spec.Listing, err = plan.ReadListing(os.Stdin, c.Bool("null")); err != nil {
			return fmt.Errorf("--files-from: standard input: %w", filecopy.Cause(err))
		}
		return nil
	}
	files := spec.Files
	for flag, other := range map[string]string{
		"--record": files.Record, "--checksums": files.Checksums, "--report": files.Report,
	} {
		if run.SameFile(name, other) {
			return fmt.Errorf("%s %q: --files-from reads this file", flag, other)
		}
	}
	if spec.Listing, err = plan.ReadListingFile(name, c.Bool("null"), spec.Stall); err != nil {
		return fmt.Errorf("--files-from: %w", err)
	}
	return nil
}

func closeListing(spec run.Spec) {
	if spec.Listing != nil {
		_ = spec.Listing.Close() // it was only read
	}
}
