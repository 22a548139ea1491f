// Package manual writes what a command line is explained by: its help, its man page, and
// the scripts by which shells complete it. All are made of one description, so that none
// can tell of a flag that is not there, or miss one. It knows neither the commands nor the
// library that reads them, and runs nothing.
package manual

import (
	"fmt"
	"slices"
	"strings"
)

// Program is a command line.
type Program struct {
	Name, Usage   string // Usage is one line
	Version, Date string // of the man page; either may be ""
	Flags         []Flag // in the place of a command
	Commands      []Command
	Statuses      []Entry // exit statuses
	Environment   []Entry // variables
	SeeAlso       []string
}

// Command is a word after the program's name, with what may follow it.
type Command struct {
	Name, Usage string
	Description string
	Args        []Arg
	Groups      []Group // each flag is in one
	Asks        []Flag  // those that ask for its help, which is not to explain them
	Examples    []Entry // what for, and the command
}

// Arg is what a command takes beside flags.
type Arg struct {
	Name  string // as the help has it: [NAME
	Takes Value
}

// Group is flags of one subject.
type Group struct {
	Title string
	Flags []Flag
}

// Flag is an option, with a value or without.
type Flag struct {
	Names   []string // without dashes
	Value   string   // what the help calls its value; "" for none
	Usage   string
	Default string
	Takes   Value
	Again   bool // it may be given more than once
}

// Value is what there may be in a place.
type Value struct {
	Words   []Entry // and what each means, or ""; one that ends with = goes on
	Files   bool
	Folders bool
}

// Entry is a word, or a line, and what there is to say of it.
type Entry struct{ Term, Text string }

// dashed is a flag's name as it is typed.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// typed are its names as they are typed, the long ones first.
func (f Flag) typed() []string {
	var names []string
	for _, name := range f.Names {
		names = append(names, dashed(name))
	}
	slices.SortStableFunc(names, func(a, b string) int { return min(len(b), 3) - min(len(a), 3) })
	return names
}

// says is the flag's usage with its default.
func (f Flag) says() string {
	if f.Default == "" {
		return f.Usage
	}
	return fmt.Sprintf("%s (default: %s)", f.Usage, f.Default)
}

// flags are those of all groups.
func (c Command) flags() []Flag {
	var all []Flag
	for _, g := range c.Groups {
		all = append(all, g.Flags...)
	}
	return all
}

// offered are all that may be typed.
func (c Command) offered() []Flag { return slices.Concat(c.flags(), c.Asks) }

// synopsis is how the command is called.
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

// unfinished tells whether a word goes on after the completion.
func unfinished(word string) bool { return strings.HasSuffix(word, "=") }

// text is a document while it is written.
type text struct{ strings.Builder }

func (t *text) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }
