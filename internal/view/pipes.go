package view

import (
	"fmt"
	"io"
	"strings"

	"brood/internal/status"
)

// Pipes writes a line for each pipe of a traced program: who held its ends.
func Pipes(w io.Writer, f *status.Family, lang string, columns int) error {
	l := languageOf(lang)
	var text strings.Builder
	for _, p := range f.Pipes {
		line := l.say("pipe %d: written by %s, read by %s", p.Number, l.ends(p.Writers), l.ends(p.Readers))
		if columns > 0 {
			line = cut(line, columns)
		}
		text.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// ends returns, say, "B (1) and C (1)".
func (l language) ends(all []status.PipeEnd) string {
	if len(all) == 0 {
		return l.say("none of them")
	}
	var names []string
	for _, end := range all {
		names = append(names, fmt.Sprintf("%s (%d)", end.Holder.Letter, end.Descriptor))
	}
	return strings.Join(names, " ")
}
