package event

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// object is a JSON object that grows field by field, without reflection. It has the escapes and the numbers of
// encoding/json. Its strings are harmless, too, as by Harmless.
type object struct {
	text []byte
	err  error // of the first value that JSON cannot have
}

// A method named after a type leaves out a zero, which JSON calls empty.

func (o *object) string(key, s string) {
	if s != "" {
		o.word(key, s)
	}
}

func (o *object) integer(key string, n int) { o.long(key, int64(n)) }

func (o *object) long(key string, n int64) {
	if n != 0 {
		o.whole(key, n)
	}
}

func (o *object) number(key string, x float64) {
	if x != 0 {
		o.amount(key, x)
	}
}

func (o *object) boolean(key string, is bool) {
	if is {
		o.key(key)
		o.text = append(o.text, "true"...)
	}
}

// path writes a name as far as JSON can hold it.
func (o *object) path(key, name string) { o.string(key, valid(name)) }

func (o *object) paths(key string, names []string) {
	if len(names) > 0 {
		o.array(key, len(names), func(i int) { o.quote(valid(names[i])) })
	}
}

// base64 writes the exact bytes of a name, if JSON cannot hold them.
func (o *object) base64(key, name string) {
	if !utf8.ValidString(name) {
		o.key(key)
		o.quoteBytes(name)
	}
}

// base64s writes the exact bytes of all names, if JSON cannot hold those of one.
func (o *object) base64s(key string, names []string) {
	if slices.ContainsFunc(names, func(name string) bool { return !utf8.ValidString(name) }) {
		o.array(key, len(names), func(i int) { o.quoteBytes(names[i]) })
	}
}

func (o *object) list(key string, all []string) {
	if len(all) > 0 {
		o.array(key, len(all), func(i int) { o.quote(all[i]) })
	}
}

func (o *object) counts(key string, all map[string]int) {
	if len(all) == 0 {
		return
	}
	o.key(key)
	before := byte('{')
	for _, name := range slices.Sorted(maps.Keys(all)) {
		o.text = append(o.text, before)
		o.quote(name)
		o.text = append(o.text, ':')
		o.text = strconv.AppendInt(o.text, int64(all[name]), 10)
		before = ','
	}
	o.text = append(o.text, '}')
}

// The others write a zero, too.

func (o *object) word(key, s string) {
	o.key(key)
	o.quote(s)
}

func (o *object) count(key string, n int) { o.whole(key, int64(n)) }

func (o *object) whole(key string, n int64) {
	o.key(key)
	o.text = strconv.AppendInt(o.text, n, 10)
}

// amount writes a number as in ECMAScript, which has an exponent only for very large and very small ones.
func (o *object) amount(key string, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		o.fail(key, fmt.Errorf("JSON has no number %v", x))
		return
	}
	o.key(key)
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		o.text = strconv.AppendFloat(o.text, x, 'e', -1, 64)
		if n := len(o.text); string(o.text[n-4:n-1]) == "e-0" { // e-09 becomes e-9
			o.text = append(o.text[:n-2], o.text[n-1])
		}
		return
	}
	o.text = strconv.AppendFloat(o.text, x, 'f', -1, 64)
}

func (o *object) time(key string, at time.Time) {
	o.key(key)
	o.text = append(o.text, '"')
	text, err := at.AppendText(o.text)
	if err != nil {
		o.fail(key, err)
		return
	}
	o.text = append(text, '"')
}

func (o *object) fail(key string, err error) {
	if o.err == nil {
		o.err = fmt.Errorf("%s: %w", key, err)
	}
}

func (o *object) array(key string, n int, element func(i int)) {
	o.key(key)
	before := byte('[')
	for i := range n {
		o.text = append(o.text, before)
		element(i)
		before = ','
	}
	o.text = append(o.text, ']')
}

// key begins a field. Keys need no escapes.
func (o *object) key(key string) {
	if o.text[len(o.text)-1] != '{' {
		o.text = append(o.text, ',')
	}
	o.text = append(o.text, '"')
	o.text = append(o.text, key...)
	o.text = append(o.text, `":`...)
}

func (o *object) quoteBytes(s string) {
	o.text = append(o.text, '"')
	o.text = base64.StdEncoding.AppendEncode(o.text, []byte(s))
	o.text = append(o.text, '"')
}

// quote writes a string. A byte that is not UTF-8 becomes the escape of U+FFFD.
func (o *object) quote(s string) {
	o.text = append(o.text, '"')
	for plain := plainBytes(s); len(s) > 0; plain = plainBytes(s) {
		o.text = append(o.text, s[:plain]...)
		if s = s[plain:]; s == "" {
			break
		}
		r, size := utf8.DecodeRuneInString(s)
		o.escape(r, size)
		s = s[size:]
	}
	o.text = append(o.text, '"')
}

// plainBytes returns how many bytes at the beginning of s are printable ASCII that JSON does not escape.
func plainBytes(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return i
		}
	}
	return len(s)
}

// escape writes a character that takes size bytes in UTF-8, escaped where that is necessary.
func (o *object) escape(r rune, size int) {
	switch {
	case r == '"' || r == '\\':
		o.text = append(o.text, '\\', byte(r))
	case r == '\b':
		o.text = append(o.text, `\b`...)
	case r == '\f':
		o.text = append(o.text, `\f`...)
	case r == '\n':
		o.text = append(o.text, `\n`...)
	case r == '\r':
		o.text = append(o.text, `\r`...)
	case r == '\t':
		o.text = append(o.text, `\t`...)
	case r < ' ', r == '\u2028', r == '\u2029', r == utf8.RuneError && size == 1, isHostile(r):
		o.text = append(o.text, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
	default:
		o.text = utf8.AppendRune(o.text, r)
	}
}

const hex = "0123456789abcdef"
