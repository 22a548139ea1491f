package manual

import (
	"slices"
	"strings"
)

// A text of the manual is Markdown with few forms, so that it reads well on a terminal, as a man page and where it
// is written. A library for all of Markdown would add thousands of allocations to the start of every child, because
// its tables initialise themselves.
//
//	# Title              the first line
//	## Heading           a line
//	text                 a paragraph, up to an empty line
//	- text               an item of a list; its next lines are indented
//	    text             literal: four spaces, or between lines of ```
//	| cell | cell |      a table, with a line |---|---| below its header
//
// In a text there may be `code`, **strong** words and [links](https://example.org).

// form is the kind of a block.
type form int

const (
	paragraph form = iota
	heading
	item
	literal
	table
)

// block is a part of a text.
type block struct {
	form form
	text string     // of a literal block, lines that end with a newline
	rows [][]string // of a table; the first one is the header
}

// parse returns the title of a text, and its blocks.
func parse(markdown string) (title string, blocks []block) {
	lines := strings.Split(strings.TrimSpace(markdown), "\n")
	if t, ok := strings.CutPrefix(lines[0], "# "); ok {
		title, lines = t, lines[1:]
	}
	var b block
	end := func() {
		if b.text != "" || b.rows != nil {
			blocks = append(blocks, b)
		}
		b = block{}
	}
	fenced := false
	for _, line := range lines {
		if strings.HasPrefix(line, "```") {
			end()
			fenced = !fenced
			b.form = literal
			continue
		}
		if fenced {
			b.text += line + "\n"
			continue
		}
		is, text := classify(line, b)
		if text == "" && is != literal {
			end()
			continue
		}
		if is != b.form || is == item && strings.HasPrefix(line, "- ") || is == heading {
			end()
		}
		b.form = is
		b.add(text)
	}
	end()
	return title, blocks
}

// classify returns the form of a line, and what is left of it without its mark. before is the block that it may go on.
func classify(line string, before block) (form, string) {
	switch {
	case strings.HasPrefix(line, "## "):
		return heading, line[len("## "):]
	case strings.HasPrefix(line, "- "):
		return item, line[len("- "):]
	case strings.HasPrefix(line, "|"):
		return table, line
	case before.form == item && strings.HasPrefix(line, "  "):
		return item, strings.TrimSpace(line)
	case strings.HasPrefix(line, "    "):
		return literal, line[len("    "):]
	}
	return paragraph, strings.TrimSpace(line)
}

func (b *block) add(text string) {
	switch {
	case b.form == literal:
		b.text += text + "\n"
	case b.form == table:
		if row := cells(text); !isRule(row) {
			b.rows = append(b.rows, row)
		}
	case b.text != "":
		b.text += " " + text
	default:
		b.text = text
	}
}

// cells returns the cells of a line of a table.
func cells(line string) []string {
	row := strings.Split(strings.Trim(line, "|"), "|")
	for i, cell := range row {
		row[i] = strings.TrimSpace(cell)
	}
	return row
}

func isRule(row []string) bool {
	return !slices.ContainsFunc(row, func(cell string) bool { return cell == "" || strings.Trim(cell, "-") != "" })
}

// span is a piece of a text in one style.
type span struct {
	strong bool // code, or strong words
	text   string
}

// spans splits a text by its style. A link to a page of the web is followed by its address.
func spans(text string) (all []span) {
	plain := func(s string) {
		if s != "" {
			all = append(all, span{false, linked(s)})
		}
	}
	for {
		at, mark := len(text), ""
		for _, m := range []string{"`", "**"} {
			if i := strings.Index(text, m); i >= 0 && i < at {
				at, mark = i, m
			}
		}
		before, rest := text[:at], text[at:]
		inside, after, ok := strings.Cut(strings.TrimPrefix(rest, mark), mark)
		if mark == "" || !ok {
			plain(text)
			return all
		}
		plain(before)
		all = append(all, span{true, strings.ReplaceAll(inside, "`", "")}) // strong words may have code
		text = after
	}
}

// linked replaces links [text](address) by their text, and the address in brackets if it is one of the web.
func linked(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "[")
		text, rest, isLink := strings.Cut(rest, "](")
		address, after, closed := strings.Cut(rest, ")")
		if !ok || !isLink || !closed {
			return b.String() + s
		}
		b.WriteString(before + text)
		if strings.HasPrefix(address, "https://") {
			b.WriteString(" (" + address + ")")
		}
		s = after
	}
}

// unmarked returns a text without the marks of its style.
func unmarked(text string) string {
	var b strings.Builder
	for _, s := range spans(text) {
		b.WriteString(s.text)
	}
	return b.String()
}
