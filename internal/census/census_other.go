//go:build !linux

package census

// Take returns ErrNoProc on this system.
func Take() (*Census, error) { return nil, ErrNoProc }

// Board takes notices. Nobody reads them on this system.
type Board struct{}

// Post does nothing on this system.
func (b *Board) Post(Notice) error { return nil }

// Close does nothing on this system.
func (b *Board) Close() error { return nil }
