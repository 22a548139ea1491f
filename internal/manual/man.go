package manual

import (
	"fmt"
	"reflect"
	"strings"
)

// Man returns the man page, for section 1, in the language of man(7).
func (p Program) Man() string {
	var t text
	t.line(`.TH %s 1 "%s" "%s"`, roff(strings.ToUpper(p.Name)), p.Date, roff(strings.TrimSpace(p.Name+" "+p.Version)))
	t.line(".nh\n.ad l") // no hyphenation, no justification: users copy from it
	t.line(".SH NAME\n%s \\- %s", roff(p.Name), roff(p.Usage))
	t.line(".SH SYNOPSIS")
	for i, c := range p.Commands {
		if i > 0 {
			t.line(".br")
		}
		t.line("%s", c.bold(p.Name))
	}
	t.line(".br\n\\fB%s\\fR COMMAND \\fB\\-\\-help\\fR", roff(p.Name))
	seen := map[string]sighting{}
	t.line(".SH COMMANDS")
	for _, c := range p.Commands {
		t.command(p.Name, c, seen)
	}
	t.line(".SH OTHER FLAGS")
	for _, f := range p.Flags {
		t.tagged(f.bold(), filled(f.says()))
	}
	t.entries("EXIT STATUS", p.Statuses)
	t.examples(p.Commands)
	t.entries("ENVIRONMENT", p.Environment)
	t.line(".SH SEE ALSO\n%s", strings.Join(p.references(), ",\n"))
	return t.String()
}

// sighting is the first command that explains a flag.
type sighting struct {
	flag    Flag
	command string
}

// command writes a command. For flags that an earlier command explains, it refers to that command.
func (t *text) command(program string, c Command, seen map[string]sighting) {
	t.line(".SS %s", quoted(c.synopsis(program)))
	t.line("%s", filled(sentence(c.Usage)+" "+c.Description))
	var again []string
	other := ""
	for _, g := range c.Groups {
		titled := false
		for _, f := range g.Flags {
			name := f.typed()[0]
			if s, ok := seen[name]; ok && reflect.DeepEqual(s.flag, f) {
				again, other = append(again, `\fB`+roff(name)+`\fR`), s.command
				continue
			}
			if !titled {
				t.line(".PP\n.I %s", quoted(g.Title))
				titled = true
			}
			seen[name] = sighting{f, program + " " + c.Name}
			t.tagged(f.bold(), filled(f.says()))
		}
	}
	if len(again) > 0 {
		t.line(".PP\nAs for\n.BR %s :\n%s", quoted(other), strings.Join(again, ",\n"))
	}
}

func (t *text) tagged(tag, said string) { t.line(".TP\n%s\n%s", tag, said) }

func (t *text) entries(title string, entries []Entry) {
	t.line(".SH %s", title)
	for _, e := range entries {
		t.tagged(`\fB`+roff(e.Term)+`\fR`, filled(e.Text))
	}
}

func (t *text) examples(commands []Command) {
	t.line(".SH EXAMPLES")
	first := true
	for _, c := range commands {
		for _, e := range c.Examples {
			if !first {
				t.line(".PP")
			}
			first = false
			if e.Term != "" {
				t.line("%s\n.PP", filled(e.Term))
			}
			t.line(".RS\n.nf\n%s\n.fi\n.RE", roff(e.Text))
		}
	}
}

func (p Program) references() []string {
	var all []string
	for _, name := range p.SeeAlso {
		all = append(all, `\fB`+roff(name)+`\fR(1)`)
	}
	return all
}

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
func filled(s string) string {
	lines := wrap(s, 60)
	for i, l := range lines {
		lines[i] = roff(l)
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
func roff(s string) string {
	var b strings.Builder
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		b.WriteString(`\&`)
	}
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
