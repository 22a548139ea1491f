package manual

import (
	"fmt"
	"strings"
)

// Fish returns the completion script for fish 3.0 or later.
func (p Program) Fish() string {
	var t text
	t.line("# %s for fish\n", p.Name)
	t.line("function __%s_command", p.Name)
	t.line("\tset -l words (commandline -opc)\n\ttest \"$words[2]\" = \"$argv[1]\"\nend\n")
	t.line("complete -c %s -f", p.Name)
	first := fmt.Sprintf("complete -c %s -n '__%s_command \"\"'", p.Name, p.Name)
	for _, c := range p.Commands {
		t.line("%s -a %s -d %s", first, c.Name, fishQuoted(c.Usage))
	}
	for _, f := range p.Flags {
		t.line("%s%s -d %s", first, f.fishNames(), fishQuoted(f.Usage))
	}
	for _, c := range p.Commands {
		t.fishCommand(p.Name, c)
	}
	return t.String()
}

func (t *text) fishCommand(program string, c Command) {
	in := fmt.Sprintf("__%s_command %s", program, c.Name)
	t.line("")
	var known []string // the words that the previous argument takes
	files := false     // files are offered, and with them folders
	for _, a := range c.Args {
		condition := in
		if len(known) > 0 {
			condition += "; and __fish_seen_subcommand_from " + strings.Join(known, " ")
		}
		if words := a.Takes.terms(); len(words) > 0 {
			condition += "; and not __fish_seen_subcommand_from " + strings.Join(words, " ")
			known = words
		}
		start := fmt.Sprintf("complete -c %s -n %s", program, fishQuoted(condition))
		switch {
		case a.Takes.Files:
			files = true
			t.line("%s -F", start)
		case a.Takes.Folders && !files:
			t.line("%s -a '(__fish_complete_directories)'", start)
		case described(a.Takes.Words):
			for _, w := range a.Takes.Words {
				t.line("%s -a %s -d %s", start, fishQuoted(w.Term), fishQuoted(w.Text))
			}
		case len(a.Takes.Words) > 0:
			t.line("%s -a %s", start, fishQuoted(strings.Join(a.Takes.terms(), " ")))
		}
	}
	for _, f := range c.offered() {
		start := fmt.Sprintf("complete -c %s -n %s", program, fishQuoted(in))
		t.line("%s%s%s -d %s", start, f.fishNames(), f.fishValue(), fishQuoted(f.Usage))
	}
}

func (f Flag) fishNames() string {
	var s string
	for _, name := range f.typed() {
		if bare := strings.TrimLeft(name, "-"); len(bare) == 1 {
			s += " -s " + bare
		} else {
			s += " -l " + bare
		}
	}
	return s
}

func (f Flag) fishValue() string {
	switch {
	case f.Value == "":
		return ""
	case f.Takes.Files:
		return " -r -F"
	case f.Takes.Folders:
		return " -x -a '(__fish_complete_directories)'"
	case len(f.Takes.Words) > 0:
		return " -x -a " + fishQuoted(strings.Join(f.Takes.terms(), " "))
	}
	return " -x"
}

func fishQuoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
