package command_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"brood/internal/command"
)

// shells returns the argv of each shell that is installed, without the -c. sh is one of them.
func shells(t testing.TB) map[string][]string {
	t.Helper()
	installed := map[string][]string{}
	for _, argv := range [][]string{{"sh"}, {"dash"}, {"bash"}, {"bash", "--posix"}, {"zsh", "-f"},
		{"zsh", "--emulate", "sh", "-f"}, {"busybox", "sh"}, {"ksh"}, {"mksh"}} {
		if _, err := exec.LookPath(argv[0]); err == nil {
			installed[strings.Join(argv, " ")] = argv
		}
	}
	if installed["sh"] == nil {
		t.Skip("needs sh")
	}
	return installed
}

// run returns the standard output of a program.
func run(t testing.TB, argv ...string) string {
	t.Helper()
	return runWith(t, "", argv...)
}

// runWith is run with a standard input.
func runWith(t testing.TB, input string, argv ...string) string {
	t.Helper()
	c := exec.Command(argv[0], argv[1:]...)
	c.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%q: %v: %s", argv[:len(argv)-1], err, stderr.Bytes())
	}
	return string(out)
}

// nasty returns values that shells would read as something else without quotes.
func nasty() []string {
	values := []string{"", " ", "a b", "\n", "a\n", "\na\n\n", "'", "''", `"`, `\`, `\'`, `'\''`, `"'"`,
		"`", "`id`", "$", "$$", "$HOME", "${HOME}", "$(id)", "$((1))", "$'a'", "!", "!!", "-n", "-", "--", "~",
		"~root", "#", "a#b", "*", "?", "[a]", "{a,b}",
		"{1..3}", "a=b", "=ls", "2", "a;b", "a&b", "a|b", "<a", ">a", "(a)", "%1", "^a^b", "if", "}", "é", "\xff\xfe",
		"\u2028", "\r\n", "\\\n", "\x1b[0m", strings.Repeat("'", 100)}
	for c := 0; c < 256; c += 16 {
		all := ""
		for b := max(c, 1); b < c+16; b++ {
			all += "x" + string([]byte{byte(b), 'y', byte(b), byte(b)})
		}
		values = append(values, all)
	}
	return values
}

// TestShells: each value arrives unchanged in each shell, as one word or as a part of one.
func TestShells(t *testing.T) {
	rows := map[string]string{ // the command, and the words that it prints; v is the value
		`printf '%s\0' {}`:                                       "v",
		`printf '%s\0' -f{}"x" {}{}`:                             "-fvx|vv",
		`x=a; printf '%s\0' $x{}`:                                "av",
		`printf '%s\0' \${}\'{}'a'`:                              "$v'va",
		`printf '%s\0' "$(printf '%s/' {})"`:                     "v/",
		`printf '%s\0' "$(printf '%s/' "$(printf '%s' {}/)")"`:   "v//",
		`(for i in {}; do printf '%s\0' "$i"; done)`:             "v",
		`v={}; case {} in "$v") printf '%s\0' "$v";; esac # {#}`: "v",
		`printf '%s\0' {}>{#}; cat <{#}`:                         "v",
		"cat <<E >o; printf '%s\\0' {}\nit's\nE":                 "v",
		"# it's \"\nprintf '%s\\0' {} \\\n{}":                    "v|v",
		`f() { printf '%s\0' "$@"; }; f {} "$((1+{#}))" '{#}'`:   "v|8|7",
		`printf '%s\0' '{''}' "{""}" {}`:                         "{}|{}|v",
	}
	t.Chdir(t.TempDir())
	for name, shell := range shells(t) {
		for line, want := range rows {
			template := parse(t, command.Options{Shell: true}, line)
			var script, wanted strings.Builder
			for _, value := range nasty() {
				script.WriteString(template.Expand(command.Vars{Items: item(value), Seq: 7})[2] + "\n")
				for word := range strings.SplitSeq(want, "|") {
					wanted.WriteString(strings.ReplaceAll(word, "v", value) + "\x00")
				}
			}
			compare(t, name+": "+line, run(t, slices.Concat(shell, []string{"-c", script.String()})...), wanted.String())
		}
	}
}

// TestShell runs the argv of a command with all values.
func TestShell(t *testing.T) {
	shells(t)
	template := parse(t, command.Options{Shell: true, Several: true}, `printf '%s\0' \{} ~{}`) // not for zsh
	argv := template.Expand(command.Vars{Items: items(nasty()...)})
	want := "{}\x00"
	for _, value := range nasty() {
		want += "~" + value + "\x00"
	}
	compare(t, "sh", run(t, argv...), want)
}

// compare compares words with NUL after each.
func compare(t *testing.T, name, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\x00"), strings.Split(want, "\x00")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("%s: word %d is %q, want %q", name, i, g[i], w[i])
			return
		}
	}
	t.Errorf("%s: got %d words, want %d", name, len(g)-1, len(w)-1)
}
