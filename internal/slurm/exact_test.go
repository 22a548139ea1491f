package slurm

import (
	"encoding/json"
	"slices"
	"testing"
)

// FuzzExact checks that any bytes survive JSON.
func FuzzExact(f *testing.F) {
	for _, s := range []string{"", "a", `"`, `\"`, `\\"`, `\`, "\xff\xfe", "\u2028\x00\n", "\ufffd", `\u0041`, "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := json.Marshal(struct{ Words []Exact }{ExactAll([]string{s, "b"})})
		must(t, err)
		var back struct{ Words []Exact }
		if err := json.Unmarshal(text, &back); err != nil || !slices.Equal(Plain(back.Words), []string{s, "b"}) {
			t.Errorf("%q: %s: %q, %v", s, text, back.Words, err)
		}
	})
}

// TestExactIsReadable checks that plain text stays plain in JSON, so that people can read a job folder.
func TestExactIsReadable(t *testing.T) {
	for s, want := range map[string]string{
		"videos/ä b.mkv": `"videos/ä b.mkv"`, `a"b`: `"a\"b"`, "\xff": `"\\xff"`,
	} {
		if text, err := json.Marshal(Exact(s)); err != nil || string(text) != want {
			t.Errorf("%q: %s, %v; want %s", s, text, err, want)
		}
	}
}

// TestExactRefuses checks that UnmarshalText rejects text that MarshalText never writes.
func TestExactRefuses(t *testing.T) {
	for _, text := range []string{`"\\"`, `"\\q"`, `"a\nb"`, `"\\xf"`} {
		var e Exact
		if err := json.Unmarshal([]byte(text), &e); err == nil {
			t.Errorf("%s is parsed as %q", text, e)
		}
	}
}
