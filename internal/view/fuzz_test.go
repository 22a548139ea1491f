package view_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
	"brood/internal/view"
)

// FuzzLog puts hostile names and errors into events. Each must stay one line of the text log, and must not change the
// cursor, the colours or the direction of the text. To run more than the seeds:
//
//	go test -run '^$' -fuzz FuzzLog ./internal/view
func FuzzLog(f *testing.F) {
	f.Add("a.mov", "rename: no space left on device", "copy-1", 0, true)
	f.Add("\x1b]0;x\a\n[ERROR] \"brood\"\u202e\\", "a\nb\r", "copy\n-1", -9, true)
	f.Add("\xff\xc2\x9b31m\x9b", "\u2066\u2069\u202a\u061c", "\x1b[2J", 1, false)
	f.Add("\u2028\u2029\u0085\v\f\x7f\x00", "", "\u202e", 1, true)
	f.Add("唱歌 \U0001F3B5.mp4", "é e\u0301 `'\"", " = ", 1, true)
	f.Add("a.mov", "", "n1", 1, false)
	f.Fuzz(func(t *testing.T, file, words, word string, code int, ended bool) {
		var out strings.Builder
		options := hclog.LoggerOptions{Name: "brood", Output: &out, Level: hclog.Trace, DisableTime: true}
		log := view.Log(hclog.New(&options))
		for _, kind := range kinds {
			for _, signal := range []string{"", word} {
				e := event.Event{
					Kind: kind, Name: word, PID: code, File: file, Files: 2, Method: word, Phase: word, Signal: signal,
					Node: word, Task: signal, Hash: word, Digest: word, Lost: []string{word}, Command: []string{word},
					Error: words, Reason: words, Stderr: words, Source: file, Dest: file, Totals: &event.Totals{},
				}
				if ended {
					e.ExitCode = &code
				}
				out.Reset()
				log(e)
				wantOneLine(t, kind, out.String())
			}
		}
	})
}

var kinds = []event.Kind{
	event.Begun, event.Limited, event.Submitted, event.Pending, event.Planned, event.Started, event.Retried,
	event.Progress, event.Copied, event.Linked, event.Made, event.Verified, event.Differs, event.Skipped,
	event.Failed, event.Exited, event.Signalled, event.Zombie, event.Adopted, event.Stopping, event.Finished,
}

// wantOneLine accepts one harmless line, or none.
func wantOneLine(t *testing.T, kind event.Kind, line string) {
	t.Helper()
	text, ok := strings.CutSuffix(line, "\n")
	if !ok && text != "" || !utf8.ValidString(text) {
		t.Errorf("%s: not one line of UTF-8: %q", kind, line)
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			t.Errorf("%s: a raw %U in %q", kind, r, line)
		}
	}
}
