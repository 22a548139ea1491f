package view_test

import (
	"errors"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/view"
)

// checksums returns the list of recorded events.
func checksums(t *testing.T, events ...event.Event) string {
	t.Helper()
	var out strings.Builder
	list := view.NewChecksums(&out)
	for _, e := range events {
		list.Read(e)
	}
	if err := list.Err(); err != nil {
		t.Errorf("Err: %v", err)
	}
	return out.String()
}

func TestChecksumsLines(t *testing.T) {
	for _, c := range []struct{ name, hash, file, want string }{
		{"plain", "sha256", "a.mov", "d1  a.mov\n"},
		{"folder", "xxh128", "a/b c.mov", "d1  a/b c.mov\n"},
		{"invalid UTF-8", "md5", "a\xff", "d1  a\xff\n"},
		{"dash first", "md5", "-c", "d1  -c\n"},
		{"dash alone", "sha256", "-", "d1  ./-\n"},
		{"spaces", "xxh64", " a ", "d1   a \n"},
		{"star first", "sha256", "*a", "d1  *a\n"},
		{"backslash", "sha256", `\a\n`, `d1  \a\n` + "\n"},
		{"newline", "sha256", "a\nb\\", `\d1  a\nb\\` + "\n"},
		{"newline", "xxh128", "a\nb\r\\", `\d1  a\nb\r\\` + "\n"},
		{"carriage return", "md5", "a\rb", "d1  a\rb\n"},
		{"carriage return last", "md5", "a\r", `\d1  a\r` + "\n"},
		{"carriage return last", "blake3", "a\r", `\d1  a\r` + "\n"},
		{"carriage return last", "xxh64", "a\r", "d1  a\r\n"},
	} {
		t.Run(c.hash+" "+c.name, func(t *testing.T) {
			copied := event.Event{Kind: event.Copied, Hash: c.hash, Digest: "d1", File: c.file}
			if got := checksums(t, copied); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestChecksumsEvents(t *testing.T) {
	got := checksums(t,
		event.Event{Kind: event.Begun},
		event.Event{Kind: event.Copied, File: "unverified"},
		event.Event{Kind: event.Copied, File: "copied", Hash: "md5", Digest: "d1"},
		event.Event{Kind: event.Differs, File: "differs", Hash: "md5", Digest: "d2"},
		event.Event{Kind: event.Verified, File: "verified", Hash: "md5", Digest: "d3"},
		event.Event{Kind: event.Finished, Hash: "md5", Digest: "d1", Totals: &event.Totals{}},
	)
	if want := "d1  copied\nd3  verified\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestChecksumsStopAtTheFirstError(t *testing.T) {
	full := errors.New("no space left on device")
	out := &failing{takes: 1, err: full}
	list := view.NewChecksums(out)
	for _, name := range []string{"a", "b", "c"} {
		list.Read(event.Event{Kind: event.Copied, File: name, Hash: "md5", Digest: "d1"})
	}
	if err := list.Err(); !errors.Is(err, full) {
		t.Errorf("Err: %v, want %v", err, full)
	}
	if got := out.text.String(); out.calls != 2 || got != "d1  a\n" {
		t.Errorf("%d writes, %q", out.calls, got)
	}
}
