//go:build !linux

package filecopy

import "os"

// behind does nothing: no call here starts to write a part of a file out, or
// tells what has been. Nothing counts as on the medium before the sync at the end.
type behind struct{ file *os.File }

func (*behind) wrote(int64) error { return nil }

func (*behind) reached(int64) int64 { return 0 }
