//go:build !linux

package machine

import "os"

// ReadFile is os.ReadFile. On Linux it takes fewer system calls.
func ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }

func readLine(name string) ([]byte, error) { return os.ReadFile(name) }
