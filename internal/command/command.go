// Package command makes the argv of a process from a command with placeholders and the values of one or several items.
// The placeholders are those of GNU parallel:
//
//	{}                  the value
//	{.}                 the value without the extension: everything from the last dot of the base name
//	{/}  {/.}           the base name, and the base name without the extension
//	{//}                the folder, "." if there is none
//	{1}  {2.}  {-1//}   the first value, the second without the extension, the folder of the last
//	{name}  {name/.}    the value in the column of that name
//	{#}  {%}            the sequence number of the command, and the number of its slot
//
// Other text in braces stays as it is. A command without a placeholder gets all values as words at its end.
//
//	t, err := command.Parse([]string{"convert", "{}", "{.}.png"}, command.Options{})
//	t.Expand(command.Vars{Items: [][]string{{"a b.jpg"}}}) // convert, "a b.jpg", "a b.png"
//
// An item can have several values. A word that is only {} becomes one word for each value. In a longer word, {} is all
// values with spaces between them. A command can have several items: each word with {} or {name} is repeated for each
// item. {1}, {2} … count the values of all items of the command. A value that does not exist is empty: {2} alone is
// then an empty word, so the words after it keep their places.
//
// With Options.Shell, the command is a line for sh, and words end at blanks and operators outside of quotes. Each value
// is in quotes there: the shell never reads it as syntax. If the items are commands for a shell, use sh -c {} without
// Options.Shell.
//
// The program can take a value that begins with "-" as an option. Write "--" before the placeholder if the program
// understands that.
package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Template is a command with placeholders for the values of items.
type Template struct {
	words []word // of an argv, or with the blanks between them the line for the shell
	shell bool
}

// Options says how a command is read.
type Options struct {
	Shell   bool     // The command is a line for sh.
	Names   []string // the names of the columns, for {name}; the first of two equal names counts
	Values  int      // the number of values of each item; 0: as many as Names, or unknown
	Several bool     // The command gets several items: {3} can be a value of the second.
	NoItems bool     // There are no items: the command has no placeholder for their values, and no value is appended.
	Text    bool     // It is a text and no command: without a placeholder no values are appended.
}

// Vars are what the placeholders of one command stand for.
type Vars struct {
	Items [][]string // the values of each item
	Seq   int        // {#}: 1, 2 … in the order of the items
	Slot  int        // {%}: from 1 to the number of slots
}

// Parse reads a command. With Shell, spaces join the words to one line, which can contain anything that sh understands.
//
// Errors: the command is empty; {3} asks for a value that no item has; a placeholder in a Shell line is at a place
// where a value cannot be quoted safely, such as within quotes; with NoItems a placeholder asks for a value. {#} and
// {%} may be anywhere, because they are numbers.
//
// Without Shell there is no escape. In a Shell line the text {} is one of
//
//	\{}     '{''}'     "{""}"
func Parse(words []string, o Options) (*Template, error) {
	line := strings.Join(words, " ")
	if len(words) == 0 || words[0] == "" || strings.TrimSpace(line) == "" {
		return nil, errors.New("the command is empty")
	}
	t := &Template{shell: o.Shell}
	if o.Shell {
		scanned, err := scan(line, o.Names)
		if err != nil {
			return nil, err
		}
		t.words = scanned
	} else {
		for _, text := range words {
			t.words = append(t.words, parseWord(text, o.Names))
		}
	}
	if !o.Text && !o.NoItems && !slices.ContainsFunc(t.words, word.hasPlaceholder) {
		if o.Shell {
			t.words = append(t.words, word{{text: " "}})
		}
		t.words = append(t.words, word{{text: "{}", kind: value}})
	}
	if err := t.check(o); err != nil {
		return nil, err
	}
	return t, nil
}

// check looks for values that no item has.
func (t *Template) check(o Options) error {
	if o.NoItems {
		for _, p := range slices.Concat(t.words...) {
			if p.kind == value || p.kind == column || p.kind == position {
				return fmt.Errorf("placeholder %s: there is no item, because the command reads a block; "+
					"{#} is its number", p.text)
			}
		}
		return nil
	}
	values := o.Values
	if values == 0 {
		values = len(o.Names)
	}
	if o.Several || values == 0 {
		return nil
	}
	for _, p := range slices.Concat(t.words...) {
		if p.kind == position && (p.n > values || p.n < -values) {
			return fmt.Errorf("placeholder %s: the number of values of an item is %d", p.text, values)
		}
	}
	return nil
}

// Expand returns the argv for these values. With Shell it is sh -c LINE. The shell is always sh, and not $SHELL: a
// command means the same for each user.
//
// No process can have an argument with a NUL byte: the values must not contain any.
func (t *Template) Expand(v Vars) []string {
	values := slices.Concat(v.Items...)
	var argv []string
	var line strings.Builder
	for _, w := range t.words {
		words := t.expand(w, v, values)
		if t.shell {
			line.WriteString(strings.Join(words, " "))
		} else {
			argv = append(argv, words...)
		}
	}
	if t.shell {
		return []string{"sh", "-c", line.String()}
	}
	return argv
}

// expand returns a word of the command, once for each item if it depends on the item. values are those of all items.
func (t *Template) expand(w word, v Vars, values []string) []string {
	if !w.repeats() {
		return []string{t.fill(w, v, nil, values)}
	}
	var words []string
	for _, item := range v.Items {
		if len(w) > 1 || w[0].kind != value {
			words = append(words, t.fill(w, v, item, values))
			continue
		}
		for _, one := range item {
			words = append(words, t.fill(w, v, []string{one}, values))
		}
	}
	return words
}

// fill returns a word with the values of one item.
func (t *Template) fill(w word, v Vars, item, values []string) string {
	var b strings.Builder
	for _, p := range w {
		if p.kind == literal || p.bare || !t.shell {
			b.WriteString(p.of(v, item, values))
		} else {
			b.WriteString(quote(p.of(v, item, values)))
		}
	}
	return b.String()
}

// Size returns the bytes that the expanded argv takes in a new process: the length of each argument and 9 more, for a
// NUL and a pointer. With Shell the line is one argument; Linux allows 128 KiB for one argument.
func (t *Template) Size(v Vars) int {
	size := 0
	for _, arg := range t.Expand(v) {
		size += len(arg) + 9
	}
	return size
}

// Adds returns the most bytes that the items of v add to the Size of a command with other items. It is not ok if that
// depends on the other items, because the command has a placeholder such as {1}: then only Size tells.
func (t *Template) Adds(v Vars) (bytes int, ok bool) {
	none := v
	none.Items = nil
	bytes = t.Size(v) - t.Size(none)
	for _, w := range t.words {
		if w.has(position) {
			return 0, false
		}
		if t.shell && w.repeats() {
			bytes++ // a space after the words of other items
		}
	}
	return bytes, true
}
