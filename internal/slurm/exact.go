package slurm

import (
	"strconv"
	"strings"
)

// Exact is a string of any bytes. JSON can hold only UTF-8, so JSON gets a Go string literal without its quotes.
type Exact string

// MarshalText implements encoding.TextMarshaler.
func (e Exact) MarshalText() ([]byte, error) {
	quoted := strconv.Quote(string(e))
	return []byte(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (e *Exact) UnmarshalText(text []byte) error {
	s, err := strconv.Unquote(`"` + strings.ReplaceAll(string(text), `"`, `\"`) + `"`)
	*e = Exact(s)
	return err
}

// ExactAll converts all words.
func ExactAll(words []string) []Exact {
	all := make([]Exact, len(words))
	for i, w := range words {
		all[i] = Exact(w)
	}
	return all
}

// Plain converts all words back.
func Plain(words []Exact) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return all
}
