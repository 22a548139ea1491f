//go:build !linux

package output

import "os"

// send is for Linux. Elsewhere the caller copies everything.
func send(_, _ *os.File, _, _ int64) int64 { return 0 }
