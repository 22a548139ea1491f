//go:build !linux

package plan

// Where a folder is mounted a second time cannot be told here.

func mountedNames(_, _ string) []string { return nil }
func mountsOf(_, _ string) []string     { return nil }
