package manual

import (
	"cmp"
	"embed"
	"slices"
	"strings"
)

// Topic is a text of the manual that is not about the flags of a command.
type Topic struct {
	Name     string
	Title    string // one line
	Section  int    // of its man page: 5 for formats, 7 for the rest
	Markdown string // in the forms of parse
}

// The texts of the package, a file for each. One with the name of a command continues the command's help.
//
//go:embed topics/*.md
var texts embed.FS

// Topics returns the texts of the package by their names.
func Topics() []Topic {
	var all []Topic
	files, _ := texts.ReadDir("topics") // embedded: there
	for _, f := range files {
		text, _ := texts.ReadFile("topics/" + f.Name())
		all = append(all, NewTopic(strings.TrimSuffix(f.Name(), ".md"), 7, string(text)))
	}
	return all
}

// Reference returns the text that continues the help of a command, "" if there is none.
func Reference(command string) string {
	text, _ := texts.ReadFile("topics/" + command + ".md") // an error means that there is none
	return string(text)
}

// NewTopic returns a topic with the title of its text.
func NewTopic(name string, section int, markdown string) Topic {
	title, _ := parse(markdown)
	return Topic{name, title, section, markdown}
}

// SortTopics sorts topics by their names.
func SortTopics(all []Topic) {
	slices.SortFunc(all, func(a, b Topic) int { return cmp.Compare(a.Name, b.Name) })
}

// Help returns the text for a terminal. Lines have at most columns characters, if words allow.
func (t Topic) Help(columns int) string {
	var s text
	s.wrapped(0, columns, strings.ToUpper(t.Name)+" - "+t.Title)
	s.blocks(t.Markdown, columns)
	return s.String()
}

// More returns what the command's help leaves out. Lines have at most columns characters, if words allow.
func (c Command) More(columns int) string {
	if c.Reference == "" {
		return ""
	}
	var t text
	t.blocks(c.Reference, columns)
	return t.String()
}

// blocks writes a text for a terminal, without its title.
func (t *text) blocks(markdown string, columns int) {
	_, all := parse(markdown)
	before := paragraph
	for _, b := range all {
		if before != heading && (b.form != item || before != item) {
			t.line("")
		}
		before = b.form
		switch b.form {
		case heading:
			t.wrapped(0, columns, strings.ToUpper(unmarked(b.text))+":")
		case paragraph:
			t.wrapped(margin, columns, unmarked(b.text))
		case item:
			for i, l := range wrap(unmarked(b.text), columns-margin-2) {
				t.line("%*s%s%s", margin, "", [2]string{"- ", "  "}[min(i, 1)], l)
			}
		case literal:
			for l := range strings.Lines(b.text) {
				t.line("%s", strings.TrimRight(strings.Repeat(" ", 2*margin)+l, " \n")) // not wrapped: users copy it
			}
		case table:
			t.table(b.rows, columns)
		}
	}
}

// table writes two columns side by side. Of more columns it writes a paragraph for each row: its first cell, then a
// line for each other cell, with its header.
func (t *text) table(rows [][]string, columns int) {
	header, body := rows[0], rows[1:]
	if len(header) == 2 {
		if header[0] != "" || header[1] != "" {
			body = rows
		}
		var entries []Entry
		for _, row := range body {
			entries = append(entries, Entry{unmarked(row[0]), unmarked(row[1])})
		}
		t.rows(entries, columnOf(entries), columns)
		return
	}
	for _, row := range body {
		t.wrapped(margin, columns, unmarked(row[0]))
		for i, cell := range row[1:] {
			if cell != "" {
				t.wrapped(2*margin, columns, unmarked(headed(header[i+1], cell)))
			}
		}
	}
}

// headed returns a cell with its header, if it has one.
func headed(header, cell string) string {
	if header == "" {
		return cell
	}
	return header + ": " + cell
}
