package command

import (
	"fmt"
	"slices"
	"strings"
)

// context is what the shell takes text for, worded for an error. The scanner makes other contexts where it is lost. No
// text ends those.
type context string

const (
	plain        context = "outside of everything"
	substitution context = "within $(…)"
	subshell     context = "within (…)"

	single       context = "within single quotes"
	ansi         context = "within $'…'"
	double       context = "within double quotes"
	backticks    context = "within backticks"
	parameter    context = "within ${…}"
	arithmetic   context = "within an arithmetic expression"
	parenthesis  context = "within a parenthesis of an arithmetic expression"
	comment      context = "within a comment"
	hereDocument context = "in or after a here-document"
)

// refuses tells whether a quoted value would not be a word, or a part of one, in the context.
func (c context) refuses() bool { return c != plain && c != substitution && c != subshell }

// advice says what to write instead of a placeholder in the context.
func (c context) advice(text string) string {
	quotes := "remove the quotes around %s, because the value is quoted already, or write %s for the text %[1]s"
	switch c {
	case single:
		return fmt.Sprintf(quotes, text, "{''"+text[1:])
	case double:
		return fmt.Sprintf(quotes, text, `{""`+text[1:])
	case backticks:
		return "write $(…) instead of the backticks"
	case comment:
		return "remove the comment"
	case arithmetic, parenthesis:
		return "use expr instead, such as $(expr " + text + " + 1)"
	}
	return "put v=" + text + `; at the beginning and write "$v" here`
}

// context returns the innermost context.
func (s *scanner) context() context {
	if len(s.open) == 0 {
		return plain
	}
	return s.open[len(s.open)-1]
}

func (s *scanner) push(c context) { s.open = append(s.open, c) }

func (s *scanner) pop() { s.open = s.open[:len(s.open)-1] }

func (s *scanner) popAt(c, end byte) {
	if c == end {
		s.pop()
	}
}

// quoted tells whether quotes are around ${…} here, or an arithmetic expression.
func (s *scanner) quoted() bool {
	for _, c := range slices.Backward(s.open) {
		switch c {
		case substitution, subshell:
			return false
		case double, arithmetic, parenthesis:
			return true
		}
	}
	return false
}

// at tells whether the line goes on with the text at i.
func (s *scanner) at(i int, text string) bool { return strings.HasPrefix(s.line[i:], text) }

// escape reads a backslash and the character after it. A shell removes a backslash with a newline, and can so join
// the characters around it to one operator.
func (s *scanner) escape(i int) int {
	if s.at(i+1, "\n") && i > 0 && strings.IndexByte("$<()", s.line[i-1]) >= 0 {
		s.push("after an operator with a backslash and a newline")
	}
	s.escaped = i + 2
	return 2
}

// step reads one character of the line, or some that belong together, and returns their number.
func (s *scanner) step(i int) int {
	c := s.line[i]
	switch s.context() {
	case plain, substitution, subshell:
		return s.unquoted(i, c)
	case single:
		s.popAt(c, '\'')
	case ansi:
		return s.inANSI(i, c)
	case backticks:
		if c == '\\' {
			return s.escape(i)
		}
		s.popAt(c, '`')
	case double:
		return s.inDouble(i, c)
	case parameter:
		return s.inParameter(i, c)
	case arithmetic, parenthesis:
		return s.inArithmetic(i, c)
	case comment:
		if c == '\n' {
			s.pop()
			return s.unquoted(i, c)
		}
	}
	return 1
}

func (s *scanner) unquoted(i int, c byte) int {
	begins := s.wordBegin
	s.wordBegin = false
	switch c {
	case '\\':
		s.wordBegin = begins && s.at(i+1, "\n")
		return s.escape(i)
	case '\'':
		s.push(single)
	case '"':
		s.push(double)
	case '`':
		s.push(backticks)
	case '$':
		return s.dollar(i)
	case ' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')':
		return s.operator(i, c, begins)
	case '#':
		if begins {
			s.push(comment)
		}
	case 'c': // The shell has to understand the whole of case to know which ) is the end of "$(".
		if begins && s.at(i, "case") && slices.ContainsFunc(s.open, context.refuses) {
			s.push("after case within $(…) within quotes")
		}
	}
	return 1
}

// operator reads what ends a word.
func (s *scanner) operator(i int, c byte, begins bool) int {
	n := 1
	switch {
	case c == '\n' && s.here:
		s.push(hereDocument)
	case s.at(i, "<<<"):
		n = 3
	case s.at(i, "<<"):
		s.here, n = true, 2
	case s.at(i, "((") && begins: // elsewhere than in "$((", which dollar reads
		s.push(arithmetic)
		n = 2
	case c == '(':
		s.push(subshell)
	case s.at(i, ")#"): // "#" begins a comment after the ")" of a subshell, and not after that of "$(".
		s.push("after )#")
	case c == ')' && s.context() != plain:
		s.pop()
	}
	s.separate(i, i+n)
	return n
}

// dollar reads what a $ begins. In double quotes, $' and $" are a mere $.
func (s *scanner) dollar(i int) int {
	switch {
	case s.at(i, "$$"):
		s.escaped = i + 2
		return 2
	case s.at(i, "$(("):
		s.push(arithmetic)
		return 3
	case s.at(i, "$("):
		s.push(substitution)
		s.separate(i, i+2)
		return 2
	case s.at(i, "${"):
		if _, ok := placeholder(s.line[i+1:], s.names); ok {
			return 1 // accept returns an error
		}
		s.push(parameter)
		return 2
	case s.at(i, "$["):
		s.push("within or after $[…]")
	case s.at(i, "$'") && !s.quoted():
		s.push(ansi)
		return 2
	}
	return 1
}

// inANSI reads \' as the end for some shells, and not for others.
func (s *scanner) inANSI(i int, c byte) int {
	switch {
	case s.at(i, `\'`):
		s.push(`after \' in $'…', which some shells do not know`)
	case c == '\\':
		return s.escape(i)
	}
	s.popAt(c, '\'')
	return 1
}

func (s *scanner) inDouble(i int, c byte) int {
	switch {
	case c == '\\' && i+1 < len(s.line) && strings.IndexByte("$`\"\\\n", s.line[i+1]) >= 0:
		return s.escape(i)
	case c == '$':
		return s.dollar(i)
	case c == '`':
		s.push(backticks)
	}
	s.popAt(c, '"')
	return 1
}

func (s *scanner) inParameter(i int, c byte) int {
	switch {
	case c == '\\':
		return s.escape(i)
	case c == '$':
		return s.dollar(i)
	case c == '`':
		s.push(backticks)
	case c != '\'' && c != '"':
		s.popAt(c, '}')
	case s.quoted(): // Shells differ in what quotes mean in "${x#'a'}".
		s.push("after quotes in ${…} within quotes")
	case c == '"':
		s.push(double)
	default:
		s.push(single)
	}
	return 1
}

func (s *scanner) inArithmetic(i int, c byte) int {
	switch {
	case c == '\\' || c == '\'' || c == '"':
		s.push("after quotes in an arithmetic expression")
	case c == '$':
		return s.dollar(i)
	case c == '`':
		s.push(backticks)
	case c == '(':
		s.push(parenthesis)
	case c == ')' && s.context() == parenthesis:
		s.pop()
	case s.at(i, "))"):
		s.pop()
		return 2
	case c == ')':
		s.push("after (( that is no arithmetic expression")
	}
	return 1
}
