//go:build !unix

package pace

import (
	"fmt"
	"os"
	"runtime"
)

var errNone = fmt.Errorf("processes cannot share a rate on %s", runtime.GOOS)

// New always returns an error on this system.
func New(int64, int) (*Bucket, error) { return nil, errNone }

// Open always returns an error on this system.
func Open(*os.File) (*Bucket, error) { return nil, errNone }

// Close does nothing: this system has no buckets.
func (b *Bucket) Close() error { return nil }
