package manual

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	margin    = 3  // columns before each line of the help
	maxColumn = 30 // the explanations of flags begin here or before
)

// Help returns the text of the program's --help. Lines have at most columns characters, if words allow.
func (p Program) Help(columns int) string {
	var t text
	t.section("NAME", columns, p.Name+" - "+p.Usage)
	t.wrapped(margin, columns, p.Description)
	t.line("")
	t.section("USAGE", columns, p.Name+" COMMAND [flags] [arguments]", p.Name+" COMMAND --help")
	t.exampleSection("WHERE TO START", columns, p.Examples)
	var rows []Entry
	for _, c := range p.Commands {
		rows = append(rows, Entry{c.Name, c.Usage})
	}
	var topics []Entry
	for _, topic := range p.Topics {
		topics = append(topics, Entry{topic.Name, topic.Title})
	}
	flags := flagRows(p.Flags)
	column := columnOf(rows, topics, flags)
	t.line("COMMANDS:")
	t.rows(rows, column, columns)
	t.line("\nTOPICS (%s help TOPIC):", p.Name)
	t.rows(topics, column, columns)
	t.line("\nFLAGS:")
	t.rows(flags, column, columns)
	return t.String()
}

// Help returns the text of the command's --help.
func (c Command) Help(program string, columns int) string {
	var t text
	t.section("NAME", columns, program+" "+c.Name+" - "+c.Usage)
	t.section("USAGE", columns, c.synopsis(program))
	if c.Description != "" {
		t.section("DESCRIPTION", columns, c.Description)
	}
	t.exampleSection("EXAMPLES", columns, c.Examples)
	column := columnOf(flagRows(c.flags()))
	for _, g := range c.Groups {
		t.line("%s:", strings.ToUpper(g.Title))
		t.rows(flagRows(g.Flags), column, columns)
		t.line("")
	}
	return strings.TrimSuffix(t.String(), "\n")
}

// Brief returns the text of the command's -h: the common flags only, with the first part of what they do.
func (c Command) Brief(program string, columns int) string {
	if len(c.Common) == 0 {
		return c.Help(program, columns)
	}
	var t text
	t.section("NAME", columns, program+" "+c.Name+" - "+c.Usage)
	t.section("USAGE", columns, c.synopsis(program))
	t.exampleSection("EXAMPLES", columns, c.Examples)
	var common []Flag
	for _, f := range c.Common {
		f.Usage, _, _ = strings.Cut(f.Usage, ";")
		common = append(common, f)
	}
	rows := flagRows(common)
	t.line("COMMON FLAGS:")
	t.rows(rows, columnOf(rows), columns)
	t.line("\nAll flags: %s %s --help", program, c.Name)
	return t.String()
}

// exampleSection writes a heading, the examples and an empty line; nothing where there are none.
func (t *text) exampleSection(title string, columns int, examples []Entry) {
	if len(examples) == 0 {
		return
	}
	t.line("%s:", title)
	for _, e := range examples {
		if e.Term != "" {
			t.wrapped(margin, columns, e.Term)
		}
		t.commandLine(columns, e.Text)
	}
	t.line("")
}

// commandLine writes a command line that users copy. One that is too long goes on after a backslash.
func (t *text) commandLine(columns int, line string) {
	const indent, more = 2 * margin, 2
	lines := []string{line}
	if utf8.RuneCountInString(line) > columns-indent {
		lines = wrap(line, columns-indent-more-len(` \`))
	}
	t.line("%*s%s", indent, "", strings.Join(lines, " \\\n"+strings.Repeat(" ", indent+more)))
}

// section writes a heading, paragraphs and an empty line.
func (t *text) section(title string, columns int, paragraphs ...string) {
	t.line("%s:", title)
	for _, p := range paragraphs {
		t.wrapped(margin, columns, p)
	}
	t.line("")
}

func flagRows(flags []Flag) []Entry {
	var rows []Entry
	for _, f := range flags {
		rows = append(rows, Entry{f.left(), f.says()})
	}
	return rows
}

// left returns the left column, such as -j, --jobs N. Long names are aligned, with or without a short name.
func (f Flag) left() string {
	names := f.typed()
	short := "    "
	if last := names[len(names)-1]; len(names) > 1 && len(last) == 2 {
		names, short = names[:len(names)-1], last+", "
	}
	left := short + strings.Join(names, ", ")
	if f.Value != "" {
		left += " " + f.Value
	}
	return left
}

// columnOf returns the column where the explanations begin.
func columnOf(tables ...[]Entry) int {
	column := 0
	for _, r := range slices.Concat(tables...) {
		column = max(column, margin+utf8.RuneCountInString(r.Term)+2)
	}
	return min(column, maxColumn)
}

// rows writes terms in the left column, and their explanations in the right one.
func (t *text) rows(rows []Entry, column, columns int) {
	for _, r := range rows {
		left := strings.Repeat(" ", margin) + r.Term
		if utf8.RuneCountInString(left)+2 > column {
			t.wrapped(margin, columns, r.Term)
			left = ""
		}
		for _, l := range wrap(r.Text, columns-column) {
			t.line("%-*s%s", column, left, l)
			left = ""
		}
	}
}

func (t *text) wrapped(indent, columns int, paragraph string) {
	for _, l := range wrap(paragraph, columns-indent) {
		t.line("%*s%s", indent, "", l)
	}
}

// wrap breaks a paragraph into lines of at most width characters. A longer word is a line by itself.
func wrap(paragraph string, width int) []string {
	var lines []string
	line, length := "", 0
	for _, word := range strings.Fields(paragraph) {
		n := utf8.RuneCountInString(word)
		if length > 0 && length+1+n > width {
			lines, line, length = append(lines, line), "", 0
		}
		if length > 0 {
			line, length = line+" ", length+1
		}
		line, length = line+word, length+n
	}
	return append(lines, line)
}
