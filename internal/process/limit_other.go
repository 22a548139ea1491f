//go:build !linux

package process

// systemLimits returns nothing: only Linux has files that tell. Elsewhere a start that fails for lack of room
// is the only sign.
func systemLimits() []systemLimit { return nil }
