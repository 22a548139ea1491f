//go:build !linux

package census

// Take is an ErrNoProc here.
func Take() (*Census, error) { return nil, ErrNoProc }
