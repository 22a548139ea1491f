package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// build is what this binary was made of.
type build struct {
	version string // of the module; (devel) where none is known
	commit  string // short; "" where none is known
	date    string // of the commit, as 2026-11-24
}

func readBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{version: "unknown"}
	}
	return buildOf(info)
}

// shortCommit is how much of a hash git shows at the least.
const shortCommit = 7

func buildOf(info *debug.BuildInfo) build {
	b := build{version: info.Main.Version}
	if b.version == "" {
		b.version = "(devel)"
	}
	modified := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value[:min(shortCommit, len(s.Value))]
		case "vcs.time":
			b.date, _, _ = strings.Cut(s.Value, "T")
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if modified && b.commit != "" {
		b.commit += "-dirty"
	}
	return b
}

// String is what brood --version says behind the name.
func (b build) String() string {
	commit := b.commit
	if commit == "" {
		commit = "unknown"
	}
	return fmt.Sprintf("%s, commit %s, %s, %s/%s", b.version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
