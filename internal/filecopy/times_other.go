//go:build !linux && !darwin && !freebsd

package filecopy

import (
	"io/fs"
	"time"
)

// accessTime returns the modification time, as the access time is unknown on this system.
func accessTime(info fs.FileInfo) time.Time { return info.ModTime() }
