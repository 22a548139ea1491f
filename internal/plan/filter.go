package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// filter chooses by doublestar patterns. One with a slash, at its beginning or in
// it, is matched against the name from the source on, one without against the last
// part of it at any depth.
type filter struct{ include, exclude []string }

// Validate says which pattern is none.
func (o Options) Validate() error {
	for _, pattern := range slices.Concat(o.Include, o.Exclude) {
		if !doublestar.ValidatePattern(pattern) {
			return fmt.Errorf("pattern %q: %w", pattern, doublestar.ErrBadPattern)
		}
	}
	return nil
}

func (f filter) includes(name string) bool { return len(f.include) == 0 || matches(f.include, name) }

func (f filter) excludes(name string) bool { return matches(f.exclude, name) }

func matches(patterns []string, name string) bool {
	for _, pattern := range patterns {
		pattern = strings.TrimSuffix(pattern, "/")
		subject := name
		if !strings.Contains(pattern, "/") {
			subject = path.Base(name)
		}
		pattern = strings.TrimPrefix(strings.TrimPrefix(pattern, "./"), "/")
		if doublestar.MatchUnvalidated(inRunes(pattern), inRunes(subject)) {
			return true
		}
	}
	return false
}

// inRunes is s with a rune of private use for each byte that is no UTF-8: to
// doublestar, which goes by runes, all of these are the same one.
func inRunes(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out []byte
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			r = 0x10fe00 + rune(s[0])
		}
		out, s = utf8.AppendRune(out, r), s[size:]
	}
	return string(out)
}
