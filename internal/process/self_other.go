//go:build !linux

package process

import "os"

// executable is this binary's path; os/exec names the path when it is gone.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func showName(string) {}
