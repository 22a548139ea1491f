// Package manual writes the help, the man pages and the completion scripts of a command line.
//
// It makes all of them from one description, so they list the same commands and flags:
//
//	Program ─▶ Help              for --help, and Command.Brief for -h
//	        ├▶ Pages             man pages, in the language of man(7)
//	        └▶ Completion(shell) a script for bash, zsh or fish
//	           ▲
//	topics/*.md                  texts for help, and for the man pages
//
// The description comes from the caller. The package knows neither brood's commands nor the library that
// parses them, and runs nothing.
package manual

import (
	"fmt"
	"slices"
	"strings"
)

// Program describes a program with commands.
type Program struct {
	Name, Usage   string // Usage is one line
	Description   string
	Version, Date string // for the man page; "" if unknown
	Flags         []Flag // without a command, such as --version
	Commands      []Command
	Topics        []Topic
	Surroundings
	Examples []Entry  // a purpose and a command line
	SeeAlso  []string // man pages of section 1, of other programs
}

// Surroundings are what a man page has about a program besides its flags.
type Surroundings struct {
	Statuses    []Entry // exit statuses
	Environment []Entry // environment variables
	Files       []Entry
}

// Command describes a command: the word after the program's name, with its flags and arguments.
type Command struct {
	Name, Usage string
	Description string
	Args        []Arg
	Groups      []Group // all flags but Asks
	Common      []Flag  // those of the groups that -h lists; none: it lists all
	Asks        []Flag  // flags that print the help; only the completion lists them
	Examples    []Entry // a purpose and a command line
	Reference   string  // Markdown that continues the help, in the forms of parse; it begins with a heading
	Surroundings
}

// Arg is an argument of a command.
type Arg struct {
	Name  string // as in the help, with its bracket or dots: [NAME
	Takes Value
	Again bool // may be given more than once; completion then offers the same for all arguments after it
}

// Group is a group of flags, with a title.
type Group struct {
	Title string
	Flags []Flag
}

// Flag is a flag, with or without a value.
type Flag struct {
	Names   []string // without dashes
	Value   string   // name of its value in the help; "" for no value
	Usage   string
	Default string
	Takes   Value
	Again   bool // may be given more than once
}

// Value is the set of values that a flag or an argument takes. At most one field is set.
type Value struct {
	Words   []Entry // words with their meanings, or ""; after a final = more characters follow
	Files   bool
	Folders bool
}

// Entry is a term and its explanation.
type Entry struct{ Term, Text string }

// dashed returns a flag's name with its dashes.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// typed returns the flag's names with their dashes, the long ones first.
func (f Flag) typed() []string {
	var names []string
	for _, name := range f.Names {
		names = append(names, dashed(name))
	}
	slices.SortStableFunc(names, func(a, b string) int { return min(len(b), 3) - min(len(a), 3) })
	return names
}

// says returns the flag's usage and default.
func (f Flag) says() string {
	if f.Default == "" {
		return f.Usage
	}
	return fmt.Sprintf("%s (default: %s)", f.Usage, f.Default)
}

// flags returns the flags of all groups.
func (c Command) flags() []Flag {
	var all []Flag
	for _, g := range c.Groups {
		all = append(all, g.Flags...)
	}
	return all
}

// offered returns all flags, for completion.
func (c Command) offered() []Flag { return slices.Concat(c.flags(), c.Asks) }

// synopsis returns the command line: brood copy [flags] SOURCE... DEST.
func (c Command) synopsis(program string) string {
	words := []string{program, c.Name}
	if len(c.Groups) > 0 {
		words = append(words, "[flags]")
	}
	return strings.Join(append(words, c.args()...), " ")
}

func (c Command) args() []string {
	var names []string
	for _, a := range c.Args {
		names = append(names, a.Name)
	}
	return names
}

func (v Value) terms() []string {
	var terms []string
	for _, w := range v.Words {
		terms = append(terms, w.Term)
	}
	return terms
}

// unfinished reports whether the user types more after the completed word.
func unfinished(word string) bool { return strings.HasSuffix(word, "=") }

// text is a document that is being written.
type text struct{ strings.Builder }

func (t *text) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }
