//go:build !linux

package filecopy

import (
	"errors"
	"os"
)

func openSelf(*os.Root) (*os.File, error) { return nil, nil }

func createUnnamed(place) *temporary { return nil }

func (*temporary) link() error { return errors.ErrUnsupported }

func checkClose(*os.File) error { return nil }
