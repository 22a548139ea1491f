package view

import (
	"strings"

	"brood/internal/event"
	"brood/internal/status"
)

// output writes the last lines of a failed command. A long line is broken, since its end may have the reason.
func (r *report) output(l *status.Life) {
	if l == nil {
		return
	}
	for _, stream := range [...]struct{ title, text string }{
		{"standard output:", l.Stdout}, {"standard error:", l.Stderr},
	} {
		if stream.text == "" {
			continue
		}
		r.line("    " + r.language.say(stream.title))
		for line := range strings.Lines(OfCommand(stream.text)) {
			for line = strings.TrimSuffix(line, "\n"); ; {
				head := cut(line, r.columns-width(outputIndent))
				r.line(strings.TrimRight(outputIndent+head, " "))
				if line = line[len(head):]; line == "" {
					break
				}
			}
		}
	}
}

const outputIndent = "      "

// OfCommand returns the output of a command as people can see it: of control characters it has newlines alone, and
// escapes for the others.
func OfCommand(output string) string {
	lines := strings.Split(strings.ReplaceAll(output, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = event.Visible(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(lines, "\n")
}
