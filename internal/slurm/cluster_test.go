package slurm

import (
	"testing"

	"brood/internal/plan"
)

// TestBatchSizeFor checks the sizes of batches. A task has enough to do, all take about as long, and the cluster accepts
// all of them.
func TestBatchSizeFor(t *testing.T) {
	usual := Cluster{limits{"", 1001, 10000}}
	for name, row := range map[string]struct {
		c     Cluster
		files int
		bytes int64
		tasks int
		want  plan.BatchSize
	}{
		"nothing":          {usual, 0, 0, 0, plan.BatchSize{Files: filesLeast, Bytes: bytesLeast}},
		"little":           {usual, 1000, 1 << 30, 4, plan.BatchSize{Files: filesLeast, Bytes: bytesLeast}},
		"shares":           {usual, 64_000, 64 << 30, 4, plan.BatchSize{Files: 4001, Bytes: 4<<30 + 1}},
		"unknown tasks":    {usual, 64_000, 64 << 30, 0, plan.BatchSize{Files: 1001, Bytes: 1<<30 + 1}},
		"many":             {usual, 10_000_000, 1 << 50, 4, plan.BatchSize{Files: filesMost, Bytes: 4*(1<<50)/4500 + 1}},
		"too many":         {usual, 100_000_000, 0, 4, plan.BatchSize{Files: 44_445, Bytes: bytesLeast}},
		"a small cluster":  {Cluster{limits{"", 11, 20}}, 100_000, 0, 4, plan.BatchSize{Files: 22_223, Bytes: bytesLeast}},
		"a cluster of one": {Cluster{limits{"", 2, 1}}, 100, 0, 1, plan.BatchSize{Files: filesLeast, Bytes: bytesLeast}},
		"large, few":       {usual, 10, 10 << 40, 1, plan.BatchSize{Files: filesLeast, Bytes: bytesMost}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := row.c.BatchSizeFor(row.files, row.bytes, row.tasks); got != row.want {
				t.Errorf("%+v, want %+v", got, row.want)
			}
		})
	}
}
