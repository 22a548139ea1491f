//go:build unix

package view

// hasTERM is true: TERM names a terminal that can move the cursor.
const hasTERM = true
