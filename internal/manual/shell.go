package manual

import (
	"strconv"
	"strings"
)

// shells lists the shells of Completion.
func (p Program) shells() []shell {
	return []shell{{"bash", p.Bash}, {"zsh", p.Zsh}, {"fish", p.Fish}}
}

type shell struct {
	name   string
	script func() string
}

// Shells returns the names of the shells of Completion.
func Shells() []string {
	var names []string
	for _, s := range (Program{}).shells() {
		names = append(names, s.name)
	}
	return names
}

// Completion returns the completion script for a shell. The script contains all completions: it runs no
// program when the user presses TAB.
func (p Program) Completion(name string) (script string, ok bool) {
	for _, s := range p.shells() {
		if s.name == name {
			return s.script(), true
		}
	}
	return "", false
}

// valued returns the flags with a value.
func (c Command) valued() []Flag {
	var all []Flag
	for _, f := range c.flags() {
		if f.Value != "" {
			all = append(all, f)
		}
	}
	return all
}

// typed returns all names of the flags, with their dashes.
func typed(flags []Flag) []string {
	var names []string
	for _, f := range flags {
		names = append(names, f.typed()...)
	}
	return names
}

// asEntries returns the names of flags with their usage.
func asEntries(flags []Flag) []Entry {
	var entries []Entry
	for _, f := range flags {
		for _, name := range f.typed() {
			entries = append(entries, Entry{name, f.Usage})
		}
	}
	return entries
}

// described reports whether the words have explanations.
func described(words []Entry) bool { return len(words) > 0 && words[0].Text != "" }

// shellQuoted quotes s as one word of bash or zsh.
func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func itoa(n int) string { return strconv.Itoa(n) }
