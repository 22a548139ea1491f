//go:build !linux

package process

import (
	"fmt"
	"os"
)

// setUp refuses: a setup is for limits, which only Linux has.
func setUp([]string) (status int) {
	fmt.Fprintln(os.Stderr, "child:", limitsAvailable())
	return usageStatus
}
