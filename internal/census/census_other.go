//go:build !linux

package census

// Take is an ErrNoProc here.
func Take() (*Census, error) { return nil, ErrNoProc }

// Board is where a process posts its latest Notice, which nobody reads here.
type Board struct{}

// Post does nothing here.
func (b *Board) Post(Notice) error { return nil }

// Close does nothing here.
func (b *Board) Close() error { return nil }
