//go:build !linux

package process

import "runtime"

// maxArg bounds one argument: no system here has a bound of its own for that.
const maxArg = 1 << 30

// argLimit is ARG_MAX: 1 MiB on Darwin, 256 KiB at least on the BSDs; Windows
// takes 32,767 characters (CreateProcessW).
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
