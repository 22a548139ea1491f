package command

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// scanner reads a line like a shell, to know whether a quoted value is one word in place of a placeholder, or a part of
// a word. It does not know all of the syntax. Where shells differ, or more syntax matters, the scanner is lost: it
// refuses all values in the rest of the line.
//
//	gzip {} "x {#}" $(basename {} .gz) '{}' # {}
//	     │     │               │         │    └ comment: an error
//	     │     │               │         └ single quotes: an error
//	     │     │               └ substitution: quoted
//	     │     └ double quotes: only a number, as it is
//	     └ quoted
type scanner struct {
	line  string
	names []string

	open      []context // the contexts around the place, the innermost last
	here      bool      // A here-document begins on the next line.
	wordBegin bool      // A word can begin here, or a comment.
	escaped   int       // the end of the last escape

	words []word
	word  word // the begin of the word here
	from  int  // where the text begins that is not in word yet
}

// scan returns the words of the line. The blanks and operators between them are words too, so that all words in a row
// are the line.
func scan(line string, names []string) ([]word, error) {
	s := scanner{line: line, names: names, wordBegin: true}
	for i := 0; i < len(line); {
		p, ok := placeholder(line[i:], names)
		if !ok {
			i += s.step(i)
			continue
		}
		if err := s.accept(p, i); err != nil {
			return nil, err
		}
		i += len(p.text)
	}
	s.cut(len(line))
	if !slices.ContainsFunc(s.words, word.hasValue) {
		return s.words, s.checkEnd()
	}
	return s.words, nil
}

// accept makes a placeholder a part of the word, if a value is safe there.
func (s *scanner) accept(p part, i int) error {
	if c := s.context(); c.refuses() {
		p.bare = true // Digits are safe as they are.
		if p.kind != sequence && p.kind != slot {
			return s.refuse(p.text, i, c, c.advice(p.text))
		}
	}
	if i > 0 && s.line[i-1] == '$' && s.escaped != i {
		return s.refuse(p.text, i, "after a $", "remove the $, or the braces if you mean a variable of the shell")
	}
	s.take(i)
	s.word = append(s.word, p)
	s.from = i + len(p.text)
	s.wordBegin = false
	return nil
}

// take makes the text before i a part of the word.
func (s *scanner) take(i int) {
	if i > s.from {
		s.word = append(s.word, part{text: s.line[s.from:i]})
	}
	s.from = i
}

// cut ends the word before i.
func (s *scanner) cut(i int) {
	s.take(i)
	if len(s.word) > 0 {
		s.words = append(s.words, s.word)
		s.word = nil
	}
}

// separate ends the word before i, and makes what follows before j a word of its own.
func (s *scanner) separate(i, j int) {
	s.cut(i)
	s.cut(j)
	s.wordBegin = true
}

// checkEnd returns an error if a value at the end of the line is not an argument of the last command in it.
func (s *scanner) checkEnd() error {
	end := len(strings.TrimRight(s.line, " \t"))
	switch {
	case s.context() != plain:
		return s.refuse("the end", len(s.line), s.context(), "write {} where the value belongs")
	case s.escaped > len(s.line):
		return s.refuse("the end", len(s.line), "after a backslash", "write {} where the value belongs")
	case strings.IndexByte(";&|()\n", s.line[end-1]) >= 0 && s.escaped != end:
		return s.refuse("the end", end, "after an operator or a newline", "write {} where the value belongs")
	}
	return nil
}

// refuse returns an error about the text at i. The error shows the line up to there.
func (s *scanner) refuse(text string, i int, where context, advice string) error {
	from, to := max(0, i-40), i
	if s.at(i, text) {
		to += len(text)
	}
	for from > 0 && !utf8.RuneStart(s.line[from]) {
		from++
	}
	shown := s.line[from:to]
	if from > 0 {
		shown = "…" + shown
	}
	if to < len(s.line) {
		shown += "…"
	}
	return fmt.Errorf("command %#q: %s is %s: %s", shown, text, where, advice)
}
