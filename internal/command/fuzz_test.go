package command_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"brood/internal/command"
)

// FuzzWords: values are only inserted, and the sizes are right.
func FuzzWords(f *testing.F) {
	for _, line := range []string{"p|{}|-f{.}", "{1}{-2/}|{01//}", "{{}}|{a}{a/.}|{a.}", "|{|}{", "{#}{%}|{..}{1",
		"\xff{}"} {
		f.Add(line, "d/a.b", "\xfe")
	}
	f.Fuzz(func(t *testing.T, line, value, other string) {
		words := strings.Split(line, "|")
		for _, shell := range []bool{false, true} {
			template, err := command.Parse(words, command.Options{Shell: shell, Names: []string{"a", value}, Several: true})
			if err != nil {
				continue
			}
			one := command.Vars{Items: [][]string{{value, other}}}
			two := command.Vars{Items: [][]string{{value, other}, {other, value, ""}}}
			argv := template.Expand(two)
			size := 0
			for _, arg := range argv {
				size += len(arg) + 9
			}
			if got := template.Size(two); got != size {
				t.Errorf("%q: size %d, want %d", argv, got, size)
			}
			adds, ok := template.Adds(command.Vars{Items: two.Items[1:]})
			if all := template.Size(one) + adds; ok && size > all {
				t.Errorf("%q: size %d, want no more than %d", argv, size, all)
			}
			if !strings.Contains(line, "{") && !shell && !slices.Equal(argv[:len(words)], words) {
				t.Errorf("%q became %q", words, argv)
			}
		}
	})
}

// FuzzQuote: sh reads the line as the arguments.
func FuzzQuote(f *testing.F) {
	shells(f)
	f.Add("")
	f.Add(strings.Join(nasty(), "\x00"))
	f.Fuzz(func(t *testing.T, text string) {
		line := command.Quote(append([]string{"printf", `%s\0`}, strings.Split(text, "\x00")...))
		if len(line) < 100_000 {
			compare(t, "sh", run(t, "sh", "-c", line), text+"\x00")
		}
	})
}

// FuzzLine: whether a line is right for a shell does not depend on the value. With -n, a shell executes nothing.
func FuzzLine(f *testing.F) {
	installed := shells(f)
	for _, line := range []string{"a {} '{#}' \"$(b {} 'c')\" # d", "a ${x:-'y'} {} `b` $((1 + 2)) {}",
		"(a {}; b) <<E\nc\nE", "case {} in a) $'b' {} ;; esac", "x={}\\\n#a\nfor ((;;)); do {}; done", "a \"${x#y}\" {} $[1]",
		"a | b {} > {}{1}"} {
		for _, value := range []string{"'", `"`, "`", "\n", "$(", ")", "}", `\`} {
			f.Add(line, value)
		}
	}
	f.Fuzz(func(t *testing.T, line, value string) {
		template, err := command.Parse([]string{line}, command.Options{Shell: true})
		if err != nil || strings.Contains(line+value, "\x00") {
			return
		}
		for _, name := range []string{"sh", "bash"} {
			if installed[name] == nil {
				continue
			}
			usual := isRight(name, template.Expand(command.Vars{Items: items("usual")})[2])
			if argv := template.Expand(command.Vars{Items: items(value)}); isRight(name, argv[2]) != usual {
				t.Errorf("%s: %q: right %v, with another value %v", name, argv, !usual, usual)
			}
		}
	})
}

// isRight tells whether a shell understands a line.
func isRight(shell, line string) bool { return exec.Command(shell, "-n", "-c", line).Run() == nil }
