package command

import (
	"slices"
	"strings"
)

// Quote returns the arguments as a line that a POSIX shell reads as these arguments. It quotes only arguments that need
// quotes. Control characters stay as they are: who prints the line on a terminal must escape them.
func Quote(argv []string) string {
	words := make([]string, len(argv))
	for i, arg := range argv {
		words[i] = arg
		if arg == "" || arg[0] == '=' || strings.ContainsFunc(arg, special) || i == 0 && isSyntax(arg) {
			words[i] = quote(arg)
		}
	}
	return strings.Join(words, " ")
}

// quote returns the text in single quotes. Nothing is special between them, and each shell agrees on that. Values in
// a line are always quoted, because text that looks harmless is not at every place: 2 in {}>file is a number of a
// file descriptor, and a in $x{} is a part of the name of a variable.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// special tells whether a character can mean something to a shell.
func special(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./:=@%+,", r)
}

// isSyntax tells whether a shell takes the first word for something else than the name of a program.
func isSyntax(word string) bool {
	reserved := []string{"case", "coproc", "do", "done", "elif", "else", "end", "esac", "fi", "for", "foreach",
		"function", "if", "in", "nocorrect", "noglob", "repeat", "select", "then", "time", "until", "while"}
	return strings.Contains(word, "=") || slices.Contains(reserved, word)
}
