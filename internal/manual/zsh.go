package manual

import (
	"fmt"
	"strings"
)

// Zsh returns the completion script for zsh. It works as a file _NAME in a folder of fpath, and when it is
// sourced after compinit.
func (p Program) Zsh() string {
	var t text
	t.line("#compdef %s\n", p.Name)
	t.line("_%s() {\n\tif ((CURRENT == 2)); then\n\t\t_%s_commands\n\t\treturn\n\tfi", p.Name, p.Name)
	t.line("\tlocal command=$words[2]\n\tshift words\n\t((CURRENT -= 1))\n\tcase $command in")
	for _, c := range p.Commands {
		t.line("\t%s) _%s_%s ;;", c.Name, p.Name, c.Name)
	}
	t.line("\tesac\n}\n\n_%s_commands() {\n\tlocal -a commands=(", p.Name)
	for _, c := range p.Commands {
		t.line("\t\t%s", zshDescribed(Entry{c.Name, c.Usage}))
	}
	t.line("\t) flags=(")
	for _, e := range asEntries(p.Flags) {
		t.line("\t\t%s", zshDescribed(e))
	}
	t.line("\t)\n\t_describe command commands\n\t_describe -o flag flags\n}")
	for _, c := range p.Commands {
		t.zshCommand(p.Name, c)
	}
	// zsh runs an autoloaded file as the first call of its function. A sourced file registers the function.
	t.line("\nif [[ $funcstack[1] == _%s ]]; then\n\t_%s \"$@\"", p.Name, p.Name)
	t.line("else\n\tcompdef _%s %s\nfi", p.Name, p.Name)
	return t.String()
}

func (t *text) zshCommand(program string, c Command) {
	t.line("\n_%s_%s() {", program, c.Name)
	var specs []string
	for _, f := range c.offered() {
		specs = append(specs, f.zsh()...)
	}
	for i, a := range c.Args {
		action := a.Takes.zshAction()
		if described(a.Takes.Words) {
			t.line("\tlocal -a words_%d=(", i+1)
			for _, w := range a.Takes.Words {
				t.line("\t\t%s", zshDescribed(w))
			}
			t.line("\t)")
			action = fmt.Sprintf("{_describe %s words_%d}", shellQuoted(zshEscaped(a.Name, ":")), i+1)
		}
		if a.Again {
			specs = append(specs, shellQuoted(fmt.Sprintf("*:%s:%s", zshEscaped(a.Name, ":"), action)))
			break
		}
		specs = append(specs, shellQuoted(fmt.Sprintf("%d:%s:%s", i+1, zshEscaped(a.Name, ":"), action)))
	}
	t.line("\t_arguments -S : \\\n\t\t%s\n}", strings.Join(specs, " \\\n\t\t"))
}

// zsh returns the flag's specifications for _arguments, one per name.
func (f Flag) zsh() []string {
	names := f.typed()
	before := "(" + strings.Join(names, " ") + ")"
	if f.Again {
		before = "*"
	}
	var specs []string
	for _, name := range names {
		value := ""
		if f.Value != "" {
			value = ":" + zshEscaped(f.Value, ":") + ":" + f.Takes.zshAction()
			if len(name) > 2 {
				name += "=" // the value follows the =, or is the next word
			}
		}
		specs = append(specs, shellQuoted(before+name+"["+zshEscaped(f.Usage, "[]")+"]"+value))
	}
	return specs
}

func (v Value) zshAction() string {
	var whole, begun []string
	for _, word := range v.terms() {
		if unfinished(word) {
			begun = append(begun, word)
		} else {
			whole = append(whole, word)
		}
	}
	switch {
	case v.Files:
		return "_files"
	case v.Folders:
		return "_files -/"
	case len(begun) > 0:
		return fmt.Sprintf("{compadd - %s; compadd -S '' - %s}", strings.Join(whole, " "), strings.Join(begun, " "))
	case len(whole) > 0:
		return "(" + strings.Join(whole, " ") + ")"
	}
	return " " // nothing to offer
}

func zshDescribed(e Entry) string { return shellQuoted(zshEscaped(e.Term, ":") + ":" + e.Text) }

func zshEscaped(s, special string) string {
	for _, r := range `\` + special {
		s = strings.ReplaceAll(s, string(r), `\`+string(r))
	}
	return s
}
