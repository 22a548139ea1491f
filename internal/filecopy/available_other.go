//go:build !linux

package filecopy

// Available returns nil: on this system a copy needs nothing that may be missing.
func Available() error { return nil }
