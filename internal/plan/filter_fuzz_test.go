package plan

import (
	"path"
	"strings"
	"testing"
	"time"
)

// FuzzFilter checks that a valid pattern is matched against any name in little time. A pattern
// without meta characters must match its own bytes and nothing else.
// To run more than the seeds: go test -run '^$' -fuzz FuzzFilter ./internal/plan
func FuzzFilter(f *testing.F) {
	for _, seed := range [][2]string{
		{"*.{mov,mp4}", "in/a.mov"}, {"a.mov", "in/a.mov"}, {"./a.mov", "in/a.mov"}, {"/a.mov", "a.mov"},
		{"in/", "x/in"},
		{"./", "a"}, {"/", "a"}, {".", "a"}, {"", "a"}, {"//a", "a"}, {"a//b", "a/b"}, {"././a", "a"}, {"/./a", "a"},
		{"\xff", "\xfe"}, {"\xff", "\ufffd"}, {"\xff", "in/\xff"}, {"*\xff", "a\xfe"}, {"[\xff]", "\xfe"},
		{"\xff*", "\U0010ffff"}, {"[^a]", "\xff"},
		{"{a,b", "a"}, {"[a-\\", "a"}, {"[{]", "{"}, {"{[}],a}", "}"}, {"{,{,{,}}}", ""}, {"{a,{b,c}}{d,e}", "ce"},
		{strings.Repeat("*a", 100) + "b", strings.Repeat("a", 255)},
		{strings.Repeat("**/a/", 20) + "b", strings.Repeat("a/", 1000) + "c"},
		{strings.Repeat("{a,a}", 40) + "b", strings.Repeat("a", 41)},
		{strings.Repeat("{*,*a}", 12) + "b", strings.Repeat("a", 255)},
		{strings.Repeat("{a,", 40) + strings.Repeat("}", 40), "a"},
		{strings.Repeat("{", 5000) + strings.Repeat("}", 5000), "a"},
		{strings.Repeat("{,}", 30), "a"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if (Options{Include: []string{pattern}}).Validate() != nil || len(name) > 4096 {
			return
		}
		began := time.Now()
		got := filter{include: []string{pattern}}.includes(name)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("pattern %.100q and name %.100q took %v", pattern, name, took)
		}
		if strings.ContainsAny(pattern, `*?[]{}\`) {
			return
		}
		if want := isNamed(strings.TrimSuffix(pattern, "/"), name); got != want {
			t.Errorf("pattern %q and name %q: %v, want %v", pattern, name, got, want)
		}
	})
}

// isNamed matches a pattern without meta characters by the rules of brood help filters.
func isNamed(pattern, name string) bool {
	if strings.Contains(pattern, "/") {
		return strings.TrimPrefix(strings.TrimPrefix(pattern, "./"), "/") == name
	}
	return pattern == path.Base(name)
}

// Names are matched as bytes, also if they are not UTF-8.
func TestFilterByBytes(t *testing.T) {
	for _, row := range []struct {
		pattern, name string
		want          bool
	}{
		{"*\xff", "a\xff", true},
		{"*\xff", "a\xfe", false},
		{"*\xff", "a\ufffd", false},
		{"*\ufffd", "a\xff", false},
		{"a?", "a\xff", true},
		{"[\xfe-\xff]", "\xff", true},
		{"[\xfe]", "\xff", false},
		{"{\xfe,\xff}/é", "\xff/é", true},
	} {
		if got := matches([]string{row.pattern}, row.name); got != row.want {
			t.Errorf("pattern %q and name %q: %v, want %v", row.pattern, row.name, got, row.want)
		}
	}
}
