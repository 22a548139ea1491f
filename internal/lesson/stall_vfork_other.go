//go:build !linux

package lesson

import "brood/internal/process"

// vforkTargets is empty: the lesson needs /proc as Linux has it.
var vforkTargets map[string]process.Target
