//go:build !linux

package jobs

import "errors"

// Shared does nothing on this system.
type Shared struct{}

// Share returns nil, whose number nobody can change: that needs Linux.
func Share(int) (*Shared, error) { return nil, nil }

// Changes returns nil.
func (*Shared) Changes() <-chan int { return nil }

// Close does nothing.
func (*Shared) Close() error { return nil }

// Number is the number of another process. This system has none.
type Number struct{}

// Of always returns an error on this system: it needs Linux' /proc.
func Of(int) (*Number, error) { return nil, errors.New("needs the /proc of Linux") }

// Get returns 0.
func (*Number) Get() (int, error) { return 0, ErrNone }

// Set returns an error.
func (*Number) Set(int) (int, error) { return 0, ErrNone }

// Close does nothing.
func (*Number) Close() error { return nil }
