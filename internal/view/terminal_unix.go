//go:build unix

package view

// hasTERM says that TERM names a terminal which can move the cursor.
const hasTERM = true
