//go:build !linux

package plan

// These systems do not tell whether a folder is mounted a second time.

func mounts() []mount                           { return nil }
func mountedNames(_, _ string) []string         { return nil }
func mountsOf([]mount, string, string) []string { return nil }
