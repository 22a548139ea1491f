package event_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"brood/internal/event"
)

// FuzzReader checks that each event that is read can be written, and is the same when it comes in pieces of any size.
// To run it for longer than its seeds: go test -run '^$' -fuzz FuzzReader ./internal/event
func FuzzReader(f *testing.F) {
	f.Add([]byte("{\"kind\":\"copied\",\"file_base64\":\"/w==\"}\nno event\n{\"kind\":\"failed\"}\n\n{"), 5)
	f.Add([]byte(strings.Repeat("x", 1<<20+1)+"\n{\"kind\":\"copied\"}\n"), 4096)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		pieces := inPieces(text, size)
		r := event.NewReader(bytes.NewReader(text))
		for n := 0; ; n++ {
			e, err := r.Next()
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				if n != len(pieces) {
					t.Errorf("%d lines, %d in pieces", n, len(pieces))
				}
				return
			}
			if got := pieces[n]; !reflect.DeepEqual(got.event, e) || fmt.Sprint(got.err) != fmt.Sprint(err) {
				t.Errorf("line %d is %+v, %v, in pieces %+v, %v", n, e, err, got.event, got.err)
			}
			if err == nil {
				if err := event.Write(io.Discard, e); err != nil && e.Time.Year() <= 9999 {
					t.Errorf("an event that was read cannot be written: %v", err)
				}
			}
		}
	})
}

type read struct {
	event event.Event
	err   error
}

func inPieces(text []byte, size int) (all []read) {
	var p event.Pieces
	for piece := range slices.Chunk(text, max(size%8192, 1)) {
		p.Read(piece, func(e event.Event, err error) { all = append(all, read{e, err}) })
	}
	return all
}

// FuzzWrite checks that an event becomes one line that is safe for a terminal, and is the same when it is read again.
// Names are the same to the byte. Other texts are the same as far as they are UTF-8. To run it for longer than its
// seeds: go test -run '^$' -fuzz FuzzWrite ./internal/event
func FuzzWrite(f *testing.F) {
	f.Add("a.mov", "/src", "/dst", "write: no space left on device", int64(1<<40), 1.5, false)
	f.Add("take\xff\xfe 2.mov", "\xff", "\xc3\x28\xed\xa0\x80", "\xe9t\xe9 \xff\xff", int64(-1), -1e-300, true)
	f.Add("</script>\n\x1b[31m\"\\\u202e\u2028\ufeff", "\x7f\u009b31m", "\u2066\u061c", "\x00\t\r\n\v",
		int64(math.MinInt64), math.MaxFloat64, true)
	f.Add("", "\ufffd", "唱歌\U0001F3B5", "\u200f\\u009b\\\u009b", int64(0), 0.0, true)
	f.Fuzz(func(t *testing.T, file, source, dest, words string, n int64, x float64, finished bool) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return // JSON has no such number, and no duration is one
		}
		if words == string(event.Begun) && int32(n) == 1 {
			return // it would be read as of version 1
		}
		e := someEvent(file, source, dest, words, n, x, finished)
		var line bytes.Buffer
		if err := event.Write(&line, e); err != nil {
			t.Fatal(err)
		}
		wantHarmlessLine(t, line.String())
		got, err := event.NewReader(&line).Next()
		// In JSON each byte that is not UTF-8 is U+FFFD.
		want := someEvent(file, source, dest, string([]rune(words)), n, x, finished)
		want.Command = e.Command // which is bytes
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v %+v, %v\nwant %+v %+v", got, got.Totals, err, want, want.Totals)
		}
	})
}

// someEvent returns an event with a value in each field.
func someEvent(file, source, dest, words string, n int64, x float64, finished bool) event.Event {
	i := int(int32(n))
	e := event.Event{
		Time: time.Unix(n&math.MaxUint32, n&0x1fffffff).UTC(), Kind: event.Kind(words),
		Name: words, PID: i, PPID: i, Sender: i, Node: words, Task: words, Array: words,
		File: file, Files: i, Items: i, Tasks: i, Bytes: n, Size: n, Duration: x,
		Method: words, Phase: words, Hash: words, Digest: words, Resumed: n, Retries: i,
		ExitCode: &i, Signal: words, User: x, System: x, MaxRSS: n, Stdout: words, Stderr: words,
		Error: words, Reason: words, Version: i, Source: source, Dest: dest, Slots: i, Asked: i,
		Auto: n > 1, Trying: n > 2, DryRun: n > 0, Verify: n < 0,
	}
	if words != "" {
		e.Lost = []string{words, "owner"}
	}
	if source != "" {
		e.Sources = event.Paths{source, dest}
		e.Command = event.Paths{source, "", words}
		e.Inputs = event.Paths{dest, source}
		e.Seq = i
	}
	if finished {
		e.Totals = &event.Totals{
			Links: i, Skipped: i, Failed: i, Children: i, Peak: i, Rate: x,
			Verified: i, Missing: i, Extra: i, Different: i, Losses: map[string]int{"owner": i, words: i},
			Planned: i, PlannedBytes: n,
		}
	}
	return e
}

func wantHarmlessLine(t *testing.T, line string) {
	t.Helper()
	text, ok := strings.CutSuffix(line, "\n")
	if !ok || !json.Valid([]byte(text)) || !utf8.ValidString(text) {
		t.Errorf("not a line of JSON: %q", line)
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Fatalf("a raw %U in %q", r, line)
		}
	}
}
