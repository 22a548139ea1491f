package manual

import (
	"strconv"
	"strings"
)

// shells are what Completion knows, and how.
func (p Program) shells() []shell {
	return []shell{{"bash", p.Bash}, {"zsh", p.Zsh}, {"fish", p.Fish}}
}

type shell struct {
	name   string
	script func() string
}

// Shells are the names that Completion knows.
func Shells() []string {
	var names []string
	for _, s := range (Program{}).shells() {
		names = append(names, s.name)
	}
	return names
}

// Completion is the script by which a shell completes the program's command lines. The
// script holds all that it offers: it runs no program when a key is pressed.
func (p Program) Completion(name string) (script string, ok bool) {
	for _, s := range p.shells() {
		if s.name == name {
			return s.script(), true
		}
	}
	return "", false
}

// valued are the flags that take a value.
func (c Command) valued() []Flag {
	var all []Flag
	for _, f := range c.flags() {
		if f.Value != "" {
			all = append(all, f)
		}
	}
	return all
}

// typed are all names of flags.
func typed(flags []Flag) []string {
	var names []string
	for _, f := range flags {
		names = append(names, f.typed()...)
	}
	return names
}

// asEntries are names of flags, and what each is for.
func asEntries(flags []Flag) []Entry {
	var entries []Entry
	for _, f := range flags {
		for _, name := range f.typed() {
			entries = append(entries, Entry{name, f.Usage})
		}
	}
	return entries
}

// described tells whether there is something to say of the words.
func described(words []Entry) bool { return len(words) > 0 && words[0].Text != "" }

// shellQuoted is s as one word of bash or zsh.
func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func itoa(n int) string { return strconv.Itoa(n) }
