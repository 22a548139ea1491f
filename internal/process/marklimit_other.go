//go:build !linux

package process

func startMarked(_ string, start func() error) error { return start() }

func unmarkLimit() {}
