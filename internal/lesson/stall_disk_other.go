//go:build !linux

package lesson

import (
	"errors"

	"brood/internal/process"
)

var diskTargets map[string]process.Target

func startDisk() (kwargs map[string]string, end func(), err error) {
	return nil, nil, errors.New("only Linux can make one that hangs")
}
