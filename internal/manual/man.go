package manual

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Page is a man page.
type Page struct {
	Name    string // brood-copy
	Section int
	Roff    string // in the language of man(7)
}

// Path returns where the page belongs in a folder of man pages: man1/brood-copy.1.
func (p Page) Path() string { return fmt.Sprintf("man%d/%s.%d", p.Section, p.Name, p.Section) }

// Pages returns the man pages: one of the program, then one of each command and of each topic.
func (p Program) Pages() []Page {
	all := []Page{p.page()}
	for _, c := range p.Commands {
		all = append(all, p.commandPage(c))
	}
	for _, t := range p.Topics {
		all = append(all, p.topicPage(t))
	}
	return all
}

// page returns the page of the program.
func (p Program) page() Page {
	t := p.begin(p.Name, 1, p.Usage)
	t.line(".SH SYNOPSIS")
	t.line("\\fB%s\\fR COMMAND [flags] [arguments]", roff(p.Name))
	for _, word := range []string{"help \\fR[COMMAND|TOPIC]", "\\-\\-version"} {
		t.line(".br\n\\fB%s %s\\fR", roff(p.Name), word)
	}
	if p.Description != "" {
		t.line(".SH DESCRIPTION\n%s", filled(p.Description))
	}
	t.line(".SH COMMANDS")
	for _, c := range p.Commands {
		t.tagged(reference(p.Name+"-"+c.Name, 1), filled(sentence(c.Usage)))
	}
	t.line(".SH TOPICS")
	for _, topic := range p.Topics {
		t.tagged(reference(p.Name+"-"+topic.Name, topic.Section), filled(sentence(topic.Title)))
	}
	t.line(".SH OTHER FLAGS")
	t.flags(p.Flags)
	t.entries("EXIT STATUS", p.Statuses)
	t.entries("ENVIRONMENT", p.Environment)
	t.entries("FILES", p.Files)
	t.examples(p.Examples)
	t.seeAlso(p.others())
	return Page{p.Name, 1, t.String()}
}

func (p Program) commandPage(c Command) Page {
	name := p.Name + "-" + c.Name
	t := p.begin(name, 1, c.Usage)
	t.line(".SH SYNOPSIS\n%s", c.bold(p.Name))
	t.line(".SH DESCRIPTION\n%s", filled(sentence(c.Usage)+" "+c.Description))
	for i, g := range c.Groups {
		if i == 0 {
			t.line(".SH OPTIONS")
		}
		t.line(".SS %s", quoted(g.Title))
		t.flags(g.Flags)
	}
	t.markdown(c.Reference)
	t.entries("EXIT STATUS", c.Statuses)
	t.entries("ENVIRONMENT", c.Environment)
	t.entries("FILES", c.Files)
	t.examples(c.Examples)
	t.seeAlso(append([]string{reference(p.Name, 1)}, p.named(t.String())...))
	return Page{name, 1, t.String()}
}

func (p Program) topicPage(topic Topic) Page {
	name := p.Name + "-" + topic.Name
	t := p.begin(name, topic.Section, topic.Title)
	if _, blocks := parse(topic.Markdown); blocks[0].form != heading {
		t.line(".SH DESCRIPTION")
	}
	t.markdown(topic.Markdown)
	t.seeAlso(append([]string{reference(p.Name, 1)}, p.named(topic.Markdown)...))
	return Page{name, topic.Section, t.String()}
}

// begin begins a page with its name and one line about it.
func (p Program) begin(name string, section int, usage string) *text {
	t := &text{}
	version := roff(strings.TrimSpace(p.Name + " " + p.Version))
	t.line(`.TH %s %d "%s" "%s"`, roff(strings.ToUpper(name)), section, p.Date, version)
	t.line(".nh\n.ad l") // no hyphenation, no justification: users copy from it
	t.line(".SH NAME\n%s", broken(escaped(name)+` \- `+escaped(usage)))
	return t
}

// named returns references to the commands and topics that a text names as brood help NAME does.
func (p Program) named(text string) (all []string) {
	text = strings.ReplaceAll(text, `\-`, "-")
	mention := regexp.MustCompile(`help ([a-z][a-z-]*)`) // not a variable of the package, which every child would make
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		section, ok := p.section(m[1])
		if r := reference(p.Name+"-"+m[1], section); ok && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	slices.Sort(all)
	return all
}

// section returns the section of the page of a command or a topic.
func (p Program) section(name string) (section int, ok bool) {
	if slices.ContainsFunc(p.Commands, func(c Command) bool { return c.Name == name }) {
		return 1, true
	}
	for _, t := range p.Topics {
		if t.Name == name {
			return t.Section, true
		}
	}
	return 0, false
}

// others returns references to programs of others.
func (p Program) others() (all []string) {
	for _, name := range p.SeeAlso {
		all = append(all, reference(name, 1))
	}
	return all
}

// reference names a man page, in bold: brood-copy(1).
func reference(name string, section int) string {
	return fmt.Sprintf(`\fB%s\fR(%d)`, roff(name), section)
}

func (t *text) seeAlso(references []string) {
	if len(references) > 0 {
		t.line(".SH SEE ALSO\n%s", strings.Join(references, ",\n"))
	}
}

func (t *text) flags(flags []Flag) {
	for _, f := range flags {
		t.tagged(f.bold(), filled(f.says()))
	}
}

func (t *text) tagged(tag, said string) { t.line(".TP\n%s\n%s", tag, said) }

func (t *text) entries(title string, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	t.line(".SH %s", title)
	for _, e := range entries {
		t.tagged(`\fB`+roff(e.Term)+`\fR`, filled(e.Text))
	}
}

func (t *text) examples(examples []Entry) {
	for i, e := range examples {
		switch {
		case i == 0:
			t.line(".SH EXAMPLES")
		default:
			t.line(".PP")
		}
		if e.Term != "" {
			t.line("%s\n.PP", filled(e.Term))
		}
		t.literal(e.Text + "\n")
	}
}

// literal writes lines that are not filled.
func (t *text) literal(lines string) {
	t.line(".RS\n.nf")
	for l := range strings.Lines(lines) {
		t.line("%s", roff(strings.TrimSuffix(l, "\n")))
	}
	t.line(".fi\n.RE")
}

// markdown writes the blocks of a text, without its title.
func (t *text) markdown(markdown string) {
	if markdown == "" {
		return
	}
	_, blocks := parse(markdown)
	before := heading
	for _, b := range blocks {
		switch b.form {
		case heading:
			t.line(".SH %s", quoted(strings.ToUpper(unmarked(b.text))))
		case paragraph:
			if before != heading {
				t.line(".PP")
			}
			t.line("%s", styled(b.text))
		case item:
			t.line(".IP \\(bu 2\n%s", styled(b.text))
		case literal:
			if before != heading {
				t.line(".PP")
			}
			t.literal(b.text)
		case table:
			t.roffTable(b.rows)
		}
		before = b.form
	}
}

// roffTable writes a paragraph for each row: the first cell, and the others with their headers.
func (t *text) roffTable(rows [][]string) {
	header := rows[0]
	for _, row := range rows[1:] {
		var said []string
		for i, cell := range row[1:] {
			if cell != "" && len(header) > 2 {
				cell = headed(header[i+1], cell)
			}
			if cell != "" {
				said = append(said, styled(cell))
			}
		}
		t.tagged(styled("**"+unmarked(row[0])+"**"), strings.Join(said, "\n.br\n"))
	}
}
