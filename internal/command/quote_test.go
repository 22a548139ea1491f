package command_test

import (
	"slices"
	"strings"
	"testing"

	"brood/internal/command"
)

func TestQuote(t *testing.T) {
	for want, argv := range map[string][]string{
		"":              nil,
		"''":            {""},
		"gzip -k a.txt": {"gzip", "-k", "a.txt"},
		"rsync -a --exclude=x user@host:/a/b,c+d%":    {"rsync", "-a", "--exclude=x", "user@host:/a/b,c+d%"},
		"echo 'a b' 'c'\\''d' '*' '~' '{}' '!' '#'":   {"echo", "a b", "c'd", "*", "~", "{}", "!", "#"},
		"echo 'é' '\xff' 'a\nb' '=ls' '[' '' ''\\'''": {"echo", "é", "\xff", "a\nb", "=ls", "[", "", "'"},
		"'a=b' a=b":    {"a=b", "a=b"},
		"'time' time":  {"time", "time"},
		"2 if":         {"2", "if"},
		"'!' '{' '[['": {"!", "{", "[["},
	} {
		if got := command.Quote(argv); got != want {
			t.Errorf("%q: got %s, want %s", argv, got, want)
		}
	}
}

// TestQuoteInShells: each shell reads the line as the arguments.
func TestQuoteInShells(t *testing.T) {
	for name, shell := range shells(t) {
		line := command.Quote(append([]string{"printf", `%s\0`}, nasty()...))
		got := run(t, slices.Concat(shell, []string{"-c", line})...)
		compare(t, name, got, strings.Join(nasty(), "\x00")+"\x00")
	}
}
