//go:build !linux

package process

// systemLimits: only Linux is asked; elsewhere a start that fails for lack of room is all we learn.
func systemLimits() []systemLimit { return nil }
