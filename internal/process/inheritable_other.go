//go:build !linux

package process

import "os"

func sharedPipe() (r, w *os.File, err error) { return os.Pipe() }

func openNull() (*os.File, error) { return os.Open(os.DevNull) }
