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
		Usage:     "print or change the bandwidth limit of a run",
		ArgsUsage: "PID [RATE]",
		Description: "PID is the parent's; its log begins with it. If the parent is gone, use a child's.\n" +
			"RATE is bytes a second for all children together: 500K, 10M or 1.5G; off or 0\n" +
			"means no limit. Without RATE, brood prints the current one.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Action: func(c *cli.Context) error {
			pid, rate, err := readLimit(c.Args())
			if err != nil {
				return misuse(c, err)
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

// readLimit reads PID and RATE; rate is nil without one.
func readLimit(args cli.Args) (pid int, rate *int64, err error) {
	if n := args.Len(); n != 1 && n != 2 {
		return 0, nil, wrongArgs{"PID and perhaps RATE", n}
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

var errNoRun = errors.New("is no brood copy or verify")

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
