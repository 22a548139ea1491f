package manual

import "strings"

// bashBegin finds the place of the cursor: the value of $flag, a flag, or the argument number $at.
// Function Bash replaces NAME and COMMANDS.
const bashBegin = `
_NAME() {
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} valued='' flags='' flag='' skip='' ended='' word
	local -i at=1 i
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_NAME_words COMMANDS
		return
	fi
	_NAME_flags
	for ((i = 2; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $ended ]]; then
			at+=1
		elif [[ $skip ]]; then
			[[ $word == = ]] || skip=''
		elif [[ $word == -- ]]; then
			ended=1
		elif [[ $word == = ]]; then # readline takes --flag=value for three words
			skip=1 flag=''
		elif [[ $word == -?* ]]; then
			[[ " $valued " != *" $word "* ]] || skip=1 flag=$word
		else
			at+=1
		fi
	done
	[[ $cur != = ]] || cur=''
	if [[ $skip ]]; then
		_NAME_value
	elif [[ ! $ended && $cur == -* ]]; then
		_NAME_words "$flags"
	else
		_NAME_argument
	fi
}

_NAME_words() {
	local IFS=$' \t\n'
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
}
`

// Bash returns the completion script for bash 4.0 or later.
func (p Program) Bash() string {
	var t text
	t.line("# %s for bash", p.Name)
	var commands []string
	for _, c := range p.Commands {
		commands = append(commands, c.Name)
	}
	commands = append(commands, typed(p.Flags)...)
	words := shellQuoted(strings.Join(commands, " "))
	t.WriteString(strings.NewReplacer("NAME", p.Name, "COMMANDS", words).Replace(bashBegin))

	t.bashCase(p.Name+"_flags", "$command", func() {
		for _, c := range p.Commands {
			valued, flags := strings.Join(typed(c.valued()), " "), strings.Join(typed(c.offered()), " ")
			t.line("\t%s) valued=%s flags=%s ;;", c.Name, shellQuoted(valued), shellQuoted(flags))
		}
	})
	t.bashCase(p.Name+"_value", "$command $flag", func() {
		for _, c := range p.Commands {
			for _, f := range c.valued() {
				t.bashPlace(c.Name, f.typed(), f.Takes, p.Name)
			}
		}
	})
	t.bashCase(p.Name+"_argument", "$command $at", func() {
		for _, c := range p.Commands {
			for i, a := range c.Args {
				if a.Again {
					t.bashPlace(c.Name, []string{"*"}, a.Takes, p.Name)
					break
				}
				t.bashPlace(c.Name, []string{itoa(i + 1)}, a.Takes, p.Name)
			}
		}
	})
	t.line("\ncomplete -F _%s %s", p.Name, p.Name)
	return t.String()
}

func (t *text) bashCase(name, of string, rows func()) {
	t.line("\n_%s() {\n\tcase %s in", name, `"`+of+`"`)
	rows()
	t.line("\tesac\n}")
}

// bashPlace writes the row of a case for these places of a command. A place is a flag, the
// number of an argument, or * for any argument.
func (t *text) bashPlace(command string, places []string, v Value, program string) {
	var patterns []string
	for _, place := range places {
		if place == "*" {
			patterns = append(patterns, shellQuoted(command+" ")+place)
			continue
		}
		patterns = append(patterns, shellQuoted(command+" "+place))
	}
	pattern := strings.Join(patterns, " | ")
	switch {
	case v.Files:
		t.line("\t%s) compopt -o default ;;", pattern)
	case v.Folders:
		t.line("\t%s) compopt -o dirnames ;;", pattern)
	case len(v.Words) > 0:
		t.line("\t%s) _%s_words %s ;;", pattern, program, shellQuoted(strings.Join(v.terms(), " ")))
	}
}
