package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersionTellsWhatItWasMadeOf(t *testing.T) {
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "49808bf1c2d3e4f5061728394a5b6c7d8e9f0a1b"}
	at := debug.BuildSetting{Key: "vcs.time", Value: "2026-11-24T10:20:30Z"}
	for _, row := range []struct {
		name    string
		version string
		vcs     []debug.BuildSetting
		want    string
		date    string
	}{
		{"a tag", "v1.2.3", []debug.BuildSetting{commit, at, {Key: "vcs.modified", Value: "false"}}, "v1.2.3, commit 49808bf", "2026-11-24"},
		{"modified", "v1.2.3", []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, commit, at}, "v1.2.3, commit 49808bf-dirty", "2026-11-24"},
		{"no repository", "(devel)", nil, "(devel), commit unknown", ""},
		{"no module", "", nil, "(devel), commit unknown", ""},
		{"a short hash", "v1", []debug.BuildSetting{{Key: "vcs.revision", Value: "49"}}, "v1, commit 49", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := buildOf(&debug.BuildInfo{Main: debug.Module{Version: row.version}, Settings: row.vcs})
			want := row.want + ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH
			if b.String() != want || b.date != row.date {
				t.Errorf("%q of %q, want %q of %q", b.String(), b.date, want, row.date)
			}
		})
	}
}
