package view

import "os"

// hasTERM is false: Windows has no TERM, and its terminals can move the cursor.
const hasTERM = false

// Foreground is true: Windows has no jobs in the background.
func Foreground(*os.File) bool { return true }

// StopsWriters is false for the same reason.
func StopsWriters(*os.File) bool { return false }
