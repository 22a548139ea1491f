package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// filter selects names by doublestar patterns. A pattern with a slash, at its beginning or
// inside, must match the whole name relative to the source. A pattern without a slash must
// match the last part of the name, at any depth.
type filter struct{ include, exclude []string }

// Validate returns an error for a pattern that is malformed or that costs too much to match.
func (o Options) Validate() error {
	for _, pattern := range slices.Concat(o.Include, o.Exclude) {
		if !doublestar.ValidatePattern(pattern) {
			return fmt.Errorf("pattern %q: %w", pattern, doublestar.ErrBadPattern)
		}
		if work(pattern) > mostWork {
			return fmt.Errorf("pattern %.100q: has too many alternatives: give several patterns", pattern)
		}
	}
	return nil
}

// mostWork bounds the bytes of a pattern that a match of one name may read.
const mostWork = 1 << 20

// work returns the most bytes that doublestar reads to match a name. It tries the alternatives
// in braces one after another, with a copy of the pattern for each brace. A pattern with
// {a,b} twenty times has a million alternatives.
func work(pattern string) int64 {
	return int64(alternatives(pattern)) * int64(1+strings.Count(pattern, "{")) * int64(len(pattern))
}

// alternatives returns the number of patterns without braces that a valid pattern stands for.
// A number above mostWork is not exact.
func alternatives(pattern string) int {
	type level struct{ closed, open int } // alternatives before the last comma, and after it
	levels := []level{{0, 1}}
	for i := 0; i < len(pattern); i++ {
		last := &levels[len(levels)-1]
		switch pattern[i] {
		case '\\':
			i++
		case '[':
			i = classEnd(pattern, i)
		case '{':
			levels = append(levels, level{0, 1})
		case ',':
			if len(levels) > 1 {
				*last = level{last.closed + last.open, 1}
			}
		case '}':
			if len(levels) > 1 {
				levels = levels[:len(levels)-1]
				above := &levels[len(levels)-1]
				above.open = min(above.open*(last.closed+last.open), mostWork+1)
			}
		}
	}
	return levels[0].open
}

// classEnd returns the index of the ']' that ends the class at pattern[i].
func classEnd(pattern string, i int) int {
	for i++; i < len(pattern) && pattern[i] != ']'; i++ {
		if pattern[i] == '\\' {
			i++
		}
	}
	return i
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

// inRunes replaces each byte of s that is not UTF-8 by a rune of private use. doublestar
// compares runes, and would take all such bytes for the same one.
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
