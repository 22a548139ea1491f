//go:build !linux

package pace

import "errors"

// Of always returns an error on this system: it needs Linux' /proc.
func Of(int) (*Bucket, error) { return nil, errors.New("needs the /proc of Linux") }
