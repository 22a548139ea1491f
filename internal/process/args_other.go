//go:build !linux

package process

import "runtime"

// maxArg bounds one argument, in bytes. None of these systems bounds a single argument.
const maxArg = 1 << 30

// argLimit returns ARG_MAX: 1 MiB on Darwin, at least 256 KiB on the BSDs. Windows takes 32,767 characters
// (CreateProcessW).
func argLimit() int {
	switch runtime.GOOS {
	case "darwin":
		return 1 << 20
	case "windows":
		return 32767
	default:
		return 256 << 10
	}
}
