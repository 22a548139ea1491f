package run

import (
	"fmt"
	"os"

	"brood/internal/gauge"
	"brood/internal/pace"
	"brood/internal/plan"
)

// gauges is how many children can show their progress in shared memory; the others report
// it by events. Memory costs nothing until it is used.
const gauges = 1 << 16

// shareRate makes the memory that all children share: the rate, and their progress. A run
// without a rate has it too, for brood limit may set one. Where memory cannot be shared the
// result is nil, and asking for a rate is an error.
func shareRate(rate int64) (*pace.Bucket, error) {
	bucket, err := pace.New(rate, gauge.Room(gauges))
	if err != nil && rate != 0 {
		return nil, fmt.Errorf("--bwlimit: %w", err)
	}
	return bucket, nil
}

func closeRate(bucket *pace.Bucket) {
	if bucket != nil {
		bucket.Close()
	}
}

// boardOf returns the progress of the children, nil without a bucket.
func boardOf(bucket *pace.Bucket) *gauge.Board {
	if bucket == nil {
		return nil
	}
	return gauge.NewBoard(bucket.Beside())
}

// unlimited is the size in bytes of a batch that ends before anybody could set a rate for it.
const unlimited = 1 << 20

// sharedFor returns the memory that the child for a batch inherits. Opening it takes 2 % of
// the time to copy one small file, so while there is no rate the child for that does without.
func sharedFor(batch plan.Batch, bucket *pace.Bucket) *os.File {
	// Hard links have no known size: they may become copies.
	small := len(batch.Items) == 1 && batch.Bytes <= unlimited && len(batch.Firsts) == 0
	if bucket == nil || small && bucket.Rate() == 0 {
		return nil
	}
	return bucket.File()
}
