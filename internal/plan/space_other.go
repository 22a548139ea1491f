//go:build !linux && !darwin && !freebsd

package plan

import (
	"errors"
	"io/fs"
)

func statVolume(string) (volume, error) { return volume{}, errors.ErrUnsupported }

func mayShare(*pulse, string, volume, fs.FileInfo) bool { return false }
