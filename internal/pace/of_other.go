//go:build !linux

package pace

import "errors"

// Of is an error here: it needs Linux' /proc.
func Of(int) (*Bucket, error) { return nil, errors.New("needs the /proc of Linux") }
