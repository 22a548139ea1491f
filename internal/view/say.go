package view

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/status"
)

// Say logs where the run stands. If children is true, it logs one more line for each child at work. People read a log
// in text, so it has sizes, rates and times as people write them. A log in JSON has numbers.
func Say(options hclog.LoggerOptions, s *status.Standing, now time.Time, children bool) {
	logger := hclog.New(&options)
	if !options.JSONFormat {
		for _, line := range Said(s, now, children) {
			logger.Info(line)
		}
		return
	}
	countRun(logger, s, now)
	if children {
		for _, c := range s.Children() {
			countChild(logger, c, now)
		}
	}
}

// Said returns what Say writes to a log in text:
//
//	progress: 685 MiB of 2.1 GiB, 34 %, 4 of 20 files, 2 at work, 12 MiB/s, 23 s left
//	child at work: copy-5 4735 "holiday/sunrise.mp4", 20 MiB of 44 MiB, 45 %, 12 MiB/s, verifying
func Said(s *status.Standing, now time.Time, children bool) []string {
	lines := []string{sayRun(s, now)}
	if children {
		for _, c := range s.Children() {
			lines = append(lines, sayChild(c, now, s.Totals.Verify))
		}
	}
	return lines
}

func sayRun(s *status.Standing, now time.Time) string {
	said := texts(amountOf(s))
	if part, known := s.Part(); known {
		said = slices.Insert(said, 1, percent(part))
	}
	said = append(said, count(s.Totals.Running)+" at work")
	if len(s.Totals.Command) == 0 {
		said = append(said, rateOf(s.Rate(now)))
	}
	said = append(said, timeOf(s, now, spoken))
	said = append(append(said, texts(taskFields(s))...), texts(troubleOf(s))...)
	return "progress: " + listed(said)
}

func sayChild(c *status.Child, now time.Time, compares bool) string {
	t := childTable{now: now, compares: compares}
	said := []string{nth(c) + quotedName(c.File)}
	if c.Size > 0 {
		said = append(said, Bytes(c.Bytes)+" of "+Bytes(c.Size), t.percent(c))
	}
	said = append(said, rateOf(c.Rate(now)), t.state(c))
	return "child at work: " + plain(c.Name) + " " + pidOn(c.PID, c.Node) + " " + listed(said)
}

// listed joins texts, which may be aligned. One in parentheses belongs to the text before it.
func listed(texts []string) string {
	var list strings.Builder
	for i, text := range texts {
		text = strings.TrimSpace(text)
		switch {
		case i == 0:
		case strings.HasPrefix(text, "("):
			list.WriteString(" ")
		default:
			list.WriteString(", ")
		}
		list.WriteString(text)
	}
	return list.String()
}

func countRun(logger hclog.Logger, s *status.Standing, now time.Time) {
	pairs := []any{"bytes", s.Copied(), "size", s.Bytes, "files", s.Settled(), "of", s.Items, "failed", s.Totals.Failed,
		"running", s.Totals.Running, "rate", int64(s.Rate(now)), "duration", seconds(now.Sub(s.Totals.Begun).Seconds())}
	tasks, nodes := s.Tasks()
	pairs = withSome(withSome(pairs, "tasks", tasks), "nodes", nodes)
	if s.Waiting > 0 {
		pairs = append(withSome(pairs, "waiting", s.Waiting), "reason", quoted(s.Why))
	}
	if left, ok := s.Left(now); ok {
		pairs = append(pairs, "left", seconds(left.Seconds()))
	}
	logger.Info("progress", pairs...)
}

func countChild(logger hclog.Logger, c *status.Child, now time.Time) {
	pairs := withSome([]any{"name", c.Name, "pid", c.PID}, "node", c.Node)
	pairs = append(pairs, "file", quoted(c.File), "bytes", c.Bytes, "size", c.Size, "rate", int64(c.Rate(now)))
	pairs = withSome(withSome(pairs, "phase", c.Phase), "silent", c.Silent)
	logger.Info("child at work", withSome(pairs, "state", c.State)...)
}
