//go:build !linux

package plan

import "os"

func openFolder(path string) (*os.Root, *os.File, error) { return openWithin(path) }
