package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"brood/internal/filecopy"
	"brood/internal/jobs"
	"brood/internal/pace"
	"brood/internal/run"
)

func limitCommand(std Streams) *cli.Command {
	return &cli.Command{
		Name:      "limit",
		Usage:     "print or change the bandwidth of a run, and how many children it runs at once",
		ArgsUsage: "PID [RATE]",
		Description: "PID is the parent's; its log begins with it. If the parent is gone, use a child's.\n" +
			"RATE is bytes a second for all children of a copy together: 500K, 10M or 1.5G; off\n" +
			"or 0 means no limit. Without RATE and --jobs, brood prints the current limits.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "jobs", Category: aboutSlots, Aliases: []string{"j"}, DefaultText: "no change",
				Usage: "run `N` children or commands at once from now on; 0: no limit; none is ended for it"},
		},
		Action: func(c *cli.Context) error {
			pid, asked, err := readLimit(c)
			if err != nil {
				return misuse(c, err)
			}
			said, err := limit(pid, asked)
			if err != nil {
				return fmt.Errorf("limit %d: %w", pid, err)
			}
			_, err = io.WriteString(std.Out, said)
			return run.Answer(err)
		},
	}
}

// limits has the new limits from the command line.
type limits struct {
	rate *int64 // bytes a second, 0 for no limit; nil: no change
	jobs *int   // children at once, 0 for no limit; nil: no change
}

// readLimit reads PID, RATE and --jobs.
func readLimit(c *cli.Context) (pid int, asked limits, err error) {
	args := c.Args()
	if n := args.Len(); n != 1 && n != 2 {
		return 0, asked, wrongArgs{"PID and perhaps RATE", n}
	}
	n, err := strconv.ParseInt(args.Get(0), 10, 32)
	if err != nil || n < 1 {
		return 0, asked, fmt.Errorf("pid %q: want the number of a process", args.Get(0))
	}
	if args.Len() == 2 {
		rate, err := parseRate(args.Get(1))
		if err != nil {
			return 0, asked, fmt.Errorf("rate %w", err)
		}
		asked.rate = &rate
	}
	if c.IsSet("jobs") {
		slots, auto, err := parseJobs(c.String("jobs"))
		if err != nil || auto {
			return 0, asked, fmt.Errorf("--jobs %q: want a number of children, or 0 (no limit)", c.String("jobs"))
		}
		asked.jobs = &slots
	}
	return int(n), asked, nil
}

// limit sets the new limits, and returns them in words beside the old ones. Without new ones it returns the present
// ones.
func limit(pid int, asked limits) (said string, err error) {
	bucket, number, err := limitsOf(pid)
	if err != nil {
		return "", err
	}
	if bucket != nil {
		defer bucket.Close()
	}
	if number != nil {
		defer number.Close()
	}
	switch {
	case bucket == nil && number == nil:
		return "", errors.New("is no brood copy, verify or run with children on this machine")
	case asked.rate != nil && bucket == nil:
		return "", errors.New("runs commands, which have no RATE")
	case asked.jobs != nil && number == nil:
		return "", errors.New("is a child, and --jobs is about a parent")
	}
	var lines strings.Builder
	if asked == (limits{}) {
		if bucket != nil {
			fmt.Fprintln(&lines, "rate", rateInWords(bucket.Rate()))
		}
		if number != nil {
			n, err := number.Get()
			if err != nil {
				return "", err
			}
			fmt.Fprintln(&lines, "jobs", jobsInWords(n))
		}
	}
	if asked.jobs != nil { // first, as it can fail
		before, err := number.Set(*asked.jobs)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&lines, "%s, was %s\n", jobsInWords(*asked.jobs), jobsInWords(before))
	}
	if asked.rate != nil {
		fmt.Fprintf(&lines, "%s, was %s\n", rateInWords(*asked.rate), rateInWords(bucket.SetRate(*asked.rate)))
	}
	return lines.String(), nil
}

// limitsOf returns the limits that a process shares, nil for each that it has not.
func limitsOf(pid int) (*pace.Bucket, *jobs.Number, error) {
	bucket, err := pace.Of(pid)
	if err != nil && !errors.Is(err, pace.ErrNoBucket) {
		return nil, nil, filecopy.Cause(err)
	}
	number, err := jobs.Of(pid)
	if err != nil && !errors.Is(err, jobs.ErrNone) {
		if bucket != nil {
			bucket.Close()
		}
		return nil, nil, filecopy.Cause(err)
	}
	return bucket, number, nil
}

// jobsInWords returns a number of children at once.
func jobsInWords(n int) string {
	switch n {
	case jobs.Unlimited:
		return "no limit"
	case jobs.Auto:
		return "auto"
	}
	return strconv.Itoa(n)
}
