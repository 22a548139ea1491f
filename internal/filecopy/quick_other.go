//go:build !linux

package filecopy

import (
	"context"
	"io/fs"
	"os"
)

func (*place) mayBeQuick(fs.FileInfo, Options) bool { return false }

func (*place) quick(context.Context, *os.Root, fs.FileInfo, Options) (Result, bool, error) {
	return Result{}, false, nil
}
