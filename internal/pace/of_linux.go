package pace

import (
	"errors"

	"brood/internal/memfd"
)

// Of returns the bucket of the process pid, which may have made or inherited it. The caller
// needs the rights that [memfd.Of] needs. The error is ESRCH if no such process exists, and
// ErrNoBucket if it shares no bucket.
func Of(pid int) (*Bucket, error) {
	found, err := memfd.Of(pid, memoryName)
	if errors.Is(err, memfd.ErrNone) {
		return nil, ErrNoBucket
	}
	if err != nil {
		return nil, err
	}
	defer found.Release()
	return Open(found.File)
}
