//go:build unix && !linux

package lesson

import "errors"

func becomeSubreaper() error { return errors.New("only Linux has subreapers") }
