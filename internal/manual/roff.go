package manual

import (
	"fmt"
	"strings"
)

// bold returns the command's synopsis, with its literal words in bold.
func (c Command) bold(program string) string {
	rest := strings.TrimPrefix(c.synopsis(program), program+" "+c.Name)
	return fmt.Sprintf(`\fB%s %s\fR%s`, roff(program), roff(c.Name), roff(rest))
}

func (f Flag) bold() string {
	var names []string
	for _, name := range f.typed() {
		names = append(names, `\fB`+roff(name)+`\fR`)
	}
	tag := strings.Join(names, ", ")
	if f.Value != "" {
		tag += ` \fI` + roff(f.Value) + `\fR`
	}
	return tag
}

// filled breaks a text into short lines of source. The reader's man wraps them anew.
func filled(s string) string { return broken(escaped(s)) }

// styled is filled for a text with marks: its code and strong words are bold.
func styled(text string) string {
	var b strings.Builder
	for _, s := range spans(text) {
		if s.strong {
			b.WriteString(`\fB` + escaped(s.text) + `\fR`)
			continue
		}
		b.WriteString(escaped(s.text))
	}
	return broken(b.String())
}

// broken breaks escaped text into short lines. troff takes none of them for a request.
func broken(text string) string {
	lines := wrap(text, 78)
	for i, l := range lines {
		lines[i] = guarded(l)
	}
	return strings.Join(lines, "\n")
}

func quoted(s string) string { return `"` + strings.ReplaceAll(roff(s), `"`, `\(dq`) + `"` }

// sentence turns a usage into a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// roff escapes s, so that troff prints it as it is. A dash stays a dash, which a reader can search for. The
// result is ASCII, for every locale.
func roff(s string) string { return guarded(escaped(s)) }

// guarded returns a line that troff does not take for a request.
func guarded(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}

// escaped returns text that has no meaning for troff, except for a dot at the beginning of a line.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
