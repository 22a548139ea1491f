package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"brood/internal/filecopy"
	"brood/internal/pace"
	"brood/internal/run"
)

func limitCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "limit",
		Usage:     "say, or change, the bandwidth of a brood copy or verify that runs",
		ArgsUsage: "PID [RATE]",
		Description: "PID is the parent's, which its log begins with, or, should it be gone, one of the\n" +
			"children's. RATE is bytes a second for all children together, as 500K, 10M or 1.5G;\n" +
			"off, or 0, is none. Without RATE the present one is printed.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			pid, rate, err := readLimit(c.Args())
			if err != nil {
				return &usageError{err, didYouMean("", "brood limit --help")}
			}
			before, err := limit(pid, rate)
			if err != nil {
				return fmt.Errorf("limit %d: %w", pid, err)
			}
			if rate == nil {
				_, err = fmt.Fprintln(std.Out, rateInWords(before))
			} else {
				_, err = fmt.Fprintf(std.Out, "%s, was %s\n", rateInWords(*rate), rateInWords(before))
			}
			return run.Answer(err)
		},
	}
}

// readLimit reads PID and RATE, nil for none.
func readLimit(args cli.Args) (pid int, rate *int64, err error) {
	if n := args.Len(); n != 1 && n != 2 {
		return 0, nil, fmt.Errorf("want PID and perhaps RATE, got %d arguments", n)
	}
	n, err := strconv.ParseInt(args.Get(0), 10, 32)
	if err != nil || n < 1 {
		return 0, nil, fmt.Errorf("pid %q: want the number of a process", args.Get(0))
	}
	if args.Len() == 1 {
		return int(n), nil, nil
	}
	asked, err := parseRate(args.Get(1))
	if err != nil {
		return 0, nil, fmt.Errorf("rate %w", err)
	}
	return int(n), &asked, nil
}

var errNoRun = errors.New("no brood copy or verify")

// limit sets the rate of a run, unless it is nil, and returns the one before.
func limit(pid int, rate *int64) (before int64, err error) {
	bucket, err := pace.Of(pid)
	if errors.Is(err, pace.ErrNoBucket) {
		return 0, errNoRun
	}
	if err != nil {
		return 0, filecopy.Cause(err)
	}
	defer bucket.Close()
	if rate == nil {
		return bucket.Rate(), nil
	}
	return bucket.SetRate(*rate), nil
}
