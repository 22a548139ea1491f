//go:build !unix

package pace

import (
	"fmt"
	"os"
	"runtime"
)

var errNone = fmt.Errorf("no rate can be shared on %s", runtime.GOOS)

// New is an error here.
func New(int64, int) (*Bucket, error) { return nil, errNone }

// Open is an error here.
func Open(*os.File) (*Bucket, error) { return nil, errNone }

// Close does nothing: there is no bucket here.
func (b *Bucket) Close() error { return nil }
