//go:build !unix

package output

import "os"

// unread is for Unix. Elsewhere it cannot tell.
func unread(*os.File) bool { return false }
