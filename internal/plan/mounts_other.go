//go:build !linux

package plan

// These systems do not tell whether a folder is mounted a second time.

func mountedNames(_, _ string) []string { return nil }
func mountsOf(_, _ string) []string     { return nil }
