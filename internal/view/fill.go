package view

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Width returns the number of terminal columns of a text. A Chinese character takes two.
func Width(text string) int { return width(text) }

// Fill breaks the paragraphs of a text anew if one of their lines does not fit that number of columns. It breaks
// lines between words, or between Chinese characters. 0 columns are any number.
func Fill(text string, columns int) string {
	if columns <= 0 {
		return text
	}
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		lines := strings.Split(p, "\n")
		if slices.ContainsFunc(lines, func(l string) bool { return width(l) > columns }) {
			paragraphs[i] = strings.Join(brokenAt(columns, joinedLines(lines)), "\n")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// joinedLines makes one line. A space comes between two lines, but not between Chinese characters, nor after a full
// stop of Chinese, which is as wide as two columns.
func joinedLines(lines []string) string {
	text := lines[0]
	for _, next := range lines[1:] {
		last, _ := utf8.DecodeLastRuneInString(text)
		first, _ := utf8.DecodeRuneInString(next)
		if width(string(last)) < 2 || width(string(first)) < 2 && !unicode.IsPunct(last) {
			text += " "
		}
		text += next
	}
	return text
}

// brokenAt breaks a line into lines of that number of columns. A longer word has a line of its own.
func brokenAt(columns int, text string) (lines []string) {
	line, state := "", -1
	for text != "" {
		var segment string
		segment, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		if line != "" && width(strings.TrimRight(line+segment, " ")) > columns {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		line += segment
	}
	return append(lines, line)
}
