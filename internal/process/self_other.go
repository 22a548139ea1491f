//go:build !linux

package process

import "os"

// executable returns this binary's path. If that is gone, os/exec names it in its error.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func showName(string) {}
