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
		if work(pattern) > mostWork {
			return fmt.Errorf("pattern %.100q: has too many alternatives: give several patterns", pattern)
		}
	}
	return nil
}

// mostWork is how many bytes of patterns one name may cost.
const mostWork = 1 << 20

// work is the most that doublestar reads to match a name. It tries the alternatives
// in braces one after another, with a copy of the pattern for each brace, and
// twenty times {a,b} are a million.
func work(pattern string) int64 {
	return int64(alternatives(pattern)) * int64(1+strings.Count(pattern, "{")) * int64(len(pattern))
}

// alternatives is how many patterns without braces a valid pattern stands for, or
// some number above mostWork when it is more than that.
func alternatives(pattern string) int {
	type level struct{ closed, open int } // the alternatives up to the last comma, and those of the one after it
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

// classEnd is where the ']' of the class is that begins at pattern[i].
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
