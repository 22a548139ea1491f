package command_test

import (
	"testing"

	"brood/internal/command"
)

// TestLine: v is the value of a command.
func TestLine(t *testing.T) {
	for name, row := range map[string]struct {
		line, want string
	}{
		"a value is quoted":         {"gzip -k {} >{.}.log", "gzip -k 'v w.x' >'v w'.log"},
		"without a placeholder":     {"gzip -k", "gzip -k 'v w.x'"},
		"at the end":                {"a; b | c & d", "a; b | c & d 'v w.x'"},
		"after an escaped operator": {`echo \; `, `echo \;  'v w.x'`},
		"after an escaped end":      {`echo \;`, `echo \; 'v w.x'`},
		"after an input":            {"wc <", "wc < 'v w.x'"},
		"after a comment":           {"# it's\nwc", "# it's\nwc 'v w.x'"},
		"an assignment":             {`v={}; echo "$v"`, `v='v w.x'; echo "$v"`},
		"an escaped brace":          {`find {} -exec echo \{} \;`, `find 'v w.x' -exec echo \{} \;`},
		"an escaped backslash":      {`echo \\{}`, `echo \\'v w.x'`},
		"an escaped quote":          {`echo \"{}\'`, `echo \"'v w.x'\'`},
		"an escaped dollar":         {`echo \${}`, `echo \$'v w.x'`},
		"quotes apart":              {`echo '{''}' "{""}" {}`, `echo '{''}' "{""}" 'v w.x'`},
		"between quotes":            {`echo "a"{}'b'`, `echo "a"'v w.x''b'`},
		"a quoted quote":            {`echo "a\"b'c" 'd"\' {}`, `echo "a\"b'c" 'd"\' 'v w.x'`},
		"a substitution":            {`x=$(basename {})`, `x=$(basename 'v w.x')`},
		"a substitution in quotes": {`echo "$(wc "$(cat {})" {})"`,
			`echo "$(wc "$(cat 'v w.x')" 'v w.x')"`},
		"a parenthesis in it":  {`echo "$( (wc {}); wc {})"`, `echo "$( (wc 'v w.x'); wc 'v w.x')"`},
		"after a substitution": {`echo "$(a ')')" {}`, `echo "$(a ')')" 'v w.x'`},
		"after backticks":      {"echo `a \\` b' ` \"`c`\" {}", "echo `a \\` b' ` \"`c`\" 'v w.x'"},
		"after a parameter": {`a ${x:-"b}"} "${x%.*}" ${y:-'}'} ${z:-$'}'} {}`,
			`a ${x:-"b}"} "${x%.*}" ${y:-'}'} ${z:-$'}'} 'v w.x'`},
		"a parameter in a substitution": {`"$(a ${x:-'b'} {})"`, `"$(a ${x:-'b'} 'v w.x')"`},
		"a substitution in others": {`a ${x:-$(b {})} $(($(c {})+1)) "$(d $((1)) {})"`,
			`a ${x:-$(b 'v w.x')} $(($(c 'v w.x')+1)) "$(d $((1)) 'v w.x')"`},
		"after escapes":       {`a "\$(b \" \\" ${x#\'} $'\\' {} "\`, `a "\$(b \" \\" ${x#\'} $'\\' 'v w.x' "\`},
		"after an ANSI quote": {`a $'b\n' "$'" {}`, `a $'b\n' "$'" 'v w.x'`},
		"after arithmetic":    {`a $(( (1<<2) + ${#x} )) {}`, `a $(( (1<<2) + ${#x} )) 'v w.x'`},
		"after the arithmetic of for": {"for ((i=0; i<3; i++)); do wc {}; done",
			"for ((i=0; i<3; i++)); do wc 'v w.x'; done"},
		"no comment":   {`a b#'c' $# \# {}#d {}`, `a b#'c' $# \# 'v w.x'#d 'v w.x'`},
		"joined lines": {"\\\n{} a\\\n#b {}", "\\\n'v w.x' a\\\n#b 'v w.x'"},
		"a case":       {"case {} in *.x) a {};; esac", "case 'v w.x' in *.x) a 'v w.x';; esac"},
		"a case in a substitution": {"x=$(case {} in *.x) a {};; esac)",
			"x=$(case 'v w.x' in *.x) a 'v w.x';; esac)"},
		"before a here-document": {"cat {} <<E >{}\nit's\nE", "cat 'v w.x' <<E >'v w.x'\nit's\nE"},
		"a here-string":          {"cat <<<{}\nwc {}", "cat <<<'v w.x'\nwc 'v w.x'"},
		"two dollars":            {`echo $${} "$$( " {}`, `echo $$'v w.x' "$$( " 'v w.x'`},
		"other braces":           {"{ echo ${x} {a,b} '{c}'; wc {}; }", "{ echo ${x} {a,b} '{c}'; wc 'v w.x'; }"},
		"numbers": {`{%}>{#} "{#}" '{%}' $(({%} - 1)) a {} # {#}`,
			`'2'>'7' "7" '2' $((2 - 1)) a 'v w.x' # 7`},
		"other numbers": {"a {} `{#}` ${x:-{#}} $'{#}' <<E\n{#}", "a 'v w.x' `7` ${x:-7} $'7' <<E\n7"},
		"no such value": {"p {2} x{3}", "p '' x''"},
	} {
		t.Run(name, func(t *testing.T) {
			template := parse(t, command.Options{Shell: true}, row.line)
			argv := template.Expand(command.Vars{Items: item("v w.x"), Seq: 7, Slot: 2})
			if len(argv) != 3 || argv[0] != "sh" || argv[1] != "-c" {
				t.Fatalf("got %q, want sh -c LINE", argv)
			}
			if argv[2] != row.want {
				t.Errorf("got\n%s\nwant\n%s", argv[2], row.want)
			}
		})
	}
}

// TestLineOfWords: spaces join the words.
func TestLineOfWords(t *testing.T) {
	template := parse(t, command.Options{Shell: true}, "echo", "a  b", "{}", ">'c'")
	if got, want := template.Expand(command.Vars{Items: item("v")})[2], "echo a  b 'v' >'c'"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLineOfSeveral: each word is repeated for each item. Operators and blanks end a word.
func TestLineOfSeveral(t *testing.T) {
	for line, want := range map[string]string{
		"p -f{}\tx":             "p -f'a' -f'b'\tx",
		"p":                     "p 'a' 'b'",
		"p {};q {}&&r ({})|s>t": "p 'a' 'b';q 'a' 'b'&&r ('a' 'b')|s>t",
		`p a\ {}"b c"'d e' x`:   `p a\ 'a'"b c"'d e' a\ 'b'"b c"'d e' x`,
		"x=$(cat {}).y":         "x=$(cat 'a' 'b').y",
		`p "{#} $(cat {}) z"`:   `p "7 $(cat 'a' 'b') z"`,
		"p {1}-{2} {-1}{}":      "p 'a'-'b' 'b''a' 'b''b'",
		"p\n{}\nq":              "p\n'a' 'b'\nq",
	} {
		t.Run(line, func(t *testing.T) {
			template := parse(t, command.Options{Shell: true, Several: true}, line)
			if got := template.Expand(command.Vars{Items: items("a", "b"), Seq: 7})[2]; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestRefusedLines has lines with a placeholder at a place where a quoted value would not be one word.
func TestRefusedLines(t *testing.T) {
	const variable = `: put v={}; at the beginning and write "$v" here`
	const quotes = ": remove the quotes around {}, because the value is quoted already, or write {''} for the text {}"
	const x38 = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	const dollar = " is after a $: remove the $, or the braces if you mean a variable of the shell"
	const expr = ": use expr instead, such as $(expr {} + 1)"
	const joined = "after an operator with a backslash and a newline"
	const noEnd = ": write {} where the value belongs"
	for line, want := range map[string]string{
		"a '{}'": "command `a '{}…`: {} is within single quotes" + quotes,
		"a \"x {1.} y\"": "command `a \"x {1.}…`: {1.} is within double quotes: remove the quotes around {1.}, because " +
			"the value is quoted already, or write {\"\"1.} for the text {1.}",
		"a $'{}'":               "command `a $'{}…`: {} is within $'…'" + variable,
		"a `b {}`":              "command \"a `b {}…\": {} is within backticks: write $(…) instead of the backticks",
		"\"`a {}`\"":            "command \"\\\"`a {}…\": {} is within backticks: write $(…) instead of the backticks",
		"${x:-`{}`}":            "command \"${x:-`{}…\": {} is within backticks: write $(…) instead of the backticks",
		"$((`{}`))":             "command \"$((`{}…\": {} is within backticks: write $(…) instead of the backticks",
		"$\\\n(b {})":           "command \"$\\\\\\n(b {}…\": {} is " + joined + variable,
		`a $((\1)) {}`:          "command `a $((\\1)) {}`: {} is after quotes in an arithmetic expression" + variable,
		"${}":                   "command `${}`: {}" + dollar,
		"a # {}":                "command `a # {}`: {} is within a comment: remove the comment",
		"a \\\n# {}":            "command \"a \\\\\\n# {}\": {} is within a comment: remove the comment",
		"a;#{}":                 "command `a;#{}`: {} is within a comment: remove the comment",
		"cat <<E\n{}\nE":        "command \"cat <<E\\n{}…\": {} is in or after a here-document" + variable,
		"cat <<-'E' # b\nE\n{}": "command \"cat <<-'E' # b\\nE\\n{}\": {} is in or after a here-document" + variable,
		"a ${x:-{}}":            "command `a ${x:-{}…`: {} is within ${…}" + variable,
		"a \"${x:-'b'}\" {}":    "command `a \"${x:-'b'}\" {}`: {} is after quotes in ${…} within quotes" + variable,
		`a "${x:-"b"}" {}`:      "command `a \"${x:-\"b\"}\" {}`: {} is after quotes in ${…} within quotes" + variable,
		`a $'\'' {}`:            "command `a $'\\'' {}`: {} is after \\' in $'…', which some shells do not know" + variable,
		"a $[ {} ]":             "command `a $[ {}…`: {} is within or after $[…]" + variable,
		"a $(b)#' {}":           "command `a $(b)#' {}`: {} is after )#" + variable,
		"a $\\\n(b {})":         "command \"a $\\\\\\n(b {}…\": {} is " + joined + variable,
		`a "$(case b in c) "d;; esac" {}`: "command `a \"$(case b in c) \"d;; esac\" {}`: {} is after case within $(…) " +
			"within quotes" + variable,
		"a $((1 + {}))":    "command `a $((1 + {}…`: {} is within an arithmetic expression" + expr,
		"((x = (1+{})))":   "command `((x = (1+{}…`: {} is within a parenthesis of an arithmetic expression" + expr,
		"a $(('1')) {}":    "command `a $(('1')) {}`: {} is after quotes in an arithmetic expression" + variable,
		"a $((b); c) {}":   "command `a $((b); c) {}`: {} is after (( that is no arithmetic expression" + variable,
		"a ${}":            "command `a ${}`: {}" + dollar,
		`a {} "${#}"`:      "command `a {} \"${#}…`: {#}" + dollar,
		"a {} '${#}'":      "command `a {} '${#}…`: {#}" + dollar,
		"a 'b":             "command `a 'b`: the end is within single quotes" + noEnd,
		"a # b":            "command `a # b`: the end is within a comment" + noEnd,
		"cat <<E\nb\nE":    "command \"cat <<E\\nb\\nE\": the end is in or after a here-document" + noEnd,
		"(a":               "command `(a`: the end is within (…)" + noEnd,
		"a \\":             "command `a \\`: the end is after a backslash" + noEnd,
		"a; ":              "command `a;…`: the end is after an operator or a newline" + noEnd,
		"a\n":              "command \"a\\n\": the end is after an operator or a newline" + noEnd,
		"é" + x38 + "'{}'": "command `…" + x38 + "'{}…`: {} is within single quotes" + quotes,
	} {
		t.Run(line, func(t *testing.T) {
			template, err := command.Parse([]string{line}, command.Options{Shell: true})
			if err == nil {
				t.Fatalf("no error: %q", template.Expand(command.Vars{Items: item("v")}))
			}
			if err.Error() != want {
				t.Errorf("got\n%s\nwant\n%s", err, want)
			}
		})
	}
}
