package view

import (
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/status"
)

// Say logs where the run stands. If children is true, it logs one more line for each child at work.
func Say(logger hclog.Logger, s *status.Standing, now time.Time, children bool) {
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
	if !children {
		return
	}
	for _, c := range s.Children() {
		pairs := withSome([]any{"name", c.Name, "pid", c.PID}, "node", c.Node)
		pairs = append(pairs, "file", quoted(c.File), "bytes", c.Bytes, "size", c.Size, "rate", int64(c.Rate(now)))
		pairs = withSome(withSome(pairs, "phase", c.Phase), "silent", c.Silent)
		logger.Info("child at work", withSome(pairs, "state", c.State)...)
	}
}
