package slurm

import (
	"strconv"
	"strings"
)

// Exact is a string of any bytes, of which JSON can hold but those that are UTF-8: it is written
// as Go writes a string, without the quotes.
type Exact string

// MarshalText is encoding's.
func (e Exact) MarshalText() ([]byte, error) {
	quoted := strconv.Quote(string(e))
	return []byte(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)), nil
}

// UnmarshalText is encoding's.
func (e *Exact) UnmarshalText(text []byte) error {
	s, err := strconv.Unquote(`"` + strings.ReplaceAll(string(text), `"`, `\"`) + `"`)
	*e = Exact(s)
	return err
}

// ExactAll is each of the words.
func ExactAll(words []string) []Exact {
	all := make([]Exact, len(words))
	for i, w := range words {
		all[i] = Exact(w)
	}
	return all
}

func plain(words []Exact) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return all
}
