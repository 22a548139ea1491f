package filecopy_test

import (
	"os"
	"testing"

	"brood/internal/filecopy"
)

// An attacker, who may write in the folder, puts another file in the place of the temporary. The
// copy gives that file no contents, times or rights.
func TestTemporarySwapped(t *testing.T) {
	for _, tt := range []struct {
		name string
		swap func(e ends, temporary string) error
	}{
		{"for a link to a file beside it", func(e ends, temporary string) error {
			return e.dst.Symlink("victim", temporary)
		}},
		{"for a link out", func(e ends, temporary string) error {
			return e.dst.Symlink(e.dstPath+"/victim", temporary)
		}},
		{"for a hard link", func(e ends, temporary string) error { return e.dst.Link("victim", temporary) }},
	} {
		for how, opts := range map[string]filecopy.Options{"plain": {}, "archive": archived, "verified": verified} {
			t.Run(tt.name+"/"+how, func(t *testing.T) {
				e := newEnds(t)
				write(t, e.src, "f", noise(namedSize), 0o644)
				write(t, e.dst, "victim", []byte("untouched"), 0o600)
				must(t, e.dst.Chtimes("victim", longAgo, longAgo.Add(1)))
				before := stat(t, e.dst, "victim")
				swapped := false
				opts.Progress = func(int64) {
					if !swapped {
						swapped = true
						temporary := onlyTemporary(t, e.dst)
						must(t, e.dst.Remove(temporary))
						must(t, tt.swap(e, temporary))
					}
				}
				_, _ = e.copy("f", opts) // may fail: the attacker may also take the final name
				after := stat(t, e.dst, "victim")
				if after.Mtim != before.Mtim || after.Atim != before.Atim || after.Mode != before.Mode {
					t.Errorf("the victim was %o, %v, and is %o, %v", before.Mode, before.Mtim, after.Mode, after.Mtim)
				}
				if got, _ := os.ReadFile(e.dstPath + "/victim"); string(got) != "untouched" {
					t.Errorf("the victim holds %q", got)
				}
			})
		}
	}
}
