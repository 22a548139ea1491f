package command_test

import (
	"slices"
	"strings"
	"testing"

	"brood/internal/command"
)

// item returns the items of a command that gets one item with these values.
func item(values ...string) [][]string { return [][]string{values} }

// items returns items of one value each.
func items(values ...string) [][]string {
	var items [][]string
	for _, value := range values {
		items = append(items, []string{value})
	}
	return items
}

// parse returns the template of a command that has no error.
func parse(t testing.TB, options command.Options, words ...string) *command.Template {
	t.Helper()
	template, err := command.Parse(words, options)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// TestExpand writes | between the words of a command.
func TestExpand(t *testing.T) {
	pairs := [][]string{{"a", "b"}, {"c", "d"}}
	for name, row := range map[string]struct {
		command string
		items   [][]string
		want    string
	}{
		"a value is one argument":    {"cp|{}|{}~", item("a b'"), "cp|a b'|a b'~"},
		"forms":                      {"{.}|{/}|{//}|{/.}", item("d/a.b.c"), "d/a.b|a.b.c|d|a.b"},
		"sequence and slot":          {"p|{#}-{%}|{}", item("a"), "p|7-2|a"},
		"without a placeholder":      {"p|-x", item("a", "b"), "p|-x|a|b"},
		"a number is enough":         {"p|{#}|{%}", item("a"), "p|7|2"},
		"a value can be the program": {"{}|x", item("p"), "p|x"},
		"positions":                  {"p|{2}{1}|{-1/}", item("a", "d/b"), "p|d/ba|b"},
		"forms of positions":         {"{1.}|{1/}|{1//}|{-1/.}", item("d/a.b"), "d/a|a.b|d|a"},
		"no such position":           {"p|{3}|x{3.}{-3}", item("a", "b"), "p||x"},
		"a huge position":            {"p|{99999999999999999999}{-99999999999999999999}", item("a"), "p|"},
		"positions begin at 1":       {"p|{0}|{01}", item("a"), "p|{0}|a"},
		"values of an item":          {"p|{}|-f{}|{/}", item("d/a", "b"), "p|d/a|b|-fd/a b|a|b"},
		"an item without values":     {"p|{}|-f{}", item(), "p|-f"},
		"an empty value":             {"p|{}", item(""), "p|"},
		"empty words stay":           {"p||{}", item("a"), "p||a"},
		"other braces stay":          {"{x}|{ }{a,b}{1..3}{+1}|${HOME}|{}", item("a"), "{x}|{ }{a,b}{1..3}{+1}|${HOME}|a"},
		"braces around a value":      {"p|{{}}{|}{}", item("a"), "p|{a}{|}a"},
		"a value is not read again":  {"p|{}|{1}", item("{#}{2}"), "p|{#}{2}|{#}{2}"},
		"a backslash is no escape":   {`p|d\{}`, item("a"), `p|d\a`},
		"a blank ends no word":       {"p|a {} b", items("1", "2"), "p|a 1 b|a 2 b"},
		"several items":              {"p|{}|-f{/}={#}|x", items("a", "d/b"), "p|a|d/b|-fa=7|-fb=7|x"},
		"several items at the end":   {"p", items("a", "b"), "p|a|b"},
		"positions in several items": {"p|1={1}|2={2}|3={-1}", items("A", "B", "C"), "p|1=A|2=B|3=C"},
		"positions over all values":  {"p|{3}", pairs, "p|c"},
		"a position with each item":  {"p|{1}-{}", items("a", "b"), "p|a-a|a-b"},
		"items of two values":        {"p|{}|-f{}", pairs, "p|a|b|c|d|-fa b|-fc d"},
		"bytes that are no text":     {"p\xff|{}\xfe", item("\xfd\n"), "p\xff|\xfd\n\xfe"},
	} {
		t.Run(name, func(t *testing.T) {
			template := parse(t, command.Options{}, strings.Split(row.command, "|")...)
			got := template.Expand(command.Vars{Items: row.items, Seq: 7, Slot: 2})
			if got := strings.Join(got, "|"); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestForms has what parallel makes of {.}, {/}, {//} and {/.}.
func TestForms(t *testing.T) {
	for value, want := range map[string]string{
		"":          "||.|",
		"a.b.c":     "a.b|a.b.c|.|a.b",
		".bashrc":   "|.bashrc|.|",
		"a.b/c":     "a.b/c|c|a.b|c",
		"d/.x":      "d/|.x|d|",
		"d/a.":      "d/a|a.|d|a",
		"/":         "/||/|",
		"/a.b":      "/a|a.b|/|a",
		"//a":       "//a|a|/|a",
		"/a/":       "/a/||/|",
		"a.b/":      "a.b/||.|",
		"a//":       "a//||.|",
		"a//b//c":   "a//b//c|c|a//b|c",
		"a//b/":     "a//b/||a|",
		"a/./b":     "a/./b|b|a/.|b",
		".":         "|.|.|",
		"..":        ".|..|.|.",
		"../x.y":    "../x|x.y|..|x",
		"é\n.ü\xff": "é\n|é\n.ü\xff|.|é\n",
	} {
		template := parse(t, command.Options{}, "{.}", "{/}", "{//}", "{/.}")
		if got := strings.Join(template.Expand(command.Vars{Items: item(value)}), "|"); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

// TestNames writes | between the names.
func TestNames(t *testing.T) {
	for name, row := range map[string]struct {
		names, command string
		items          [][]string
		want           string
	}{
		"names":              {"a|b", "{b}{a} {c}", item("1", "2"), "21 {c}"},
		"forms":              {"a", "{a.} {a/} {a//} {a/.}", item("d/x.y"), "d/x x.y d x"},
		"several items":      {"a|b", "{a}:{b};", [][]string{{"1", "2"}, {"3"}}, "1:2; 3:;"},
		"blanks and letters": {"a b|é", "{a b.}{é/}", item("1.x", "d/2"), "12"},
		"a brace":            {"a}b|}", "{a}b}{}}", item("1", "2"), "11 2}"},
		"braces":             {"{}", "{{}}{{}.}", item("a.b"), "a.ba"},
		"a form":             {"x|x.", "{x.}{x}{x..}", item("1", "2"), "212"},
		"a number":           {"2|x", "{2}{1}", item("a", "b"), "aa"},
		"a placeholder":      {"#|.|", "{#}{.}", item("a", "b", "c"), "7a b c"},
		"two equal names":    {"a|a", "{a}", item("1", "2"), "1"},
	} {
		t.Run(name, func(t *testing.T) {
			template := parse(t, command.Options{Names: strings.Split(row.names, "|"), Several: true}, "p", row.command)
			got := template.Expand(command.Vars{Items: row.items, Seq: 7})
			if got := strings.Join(got[1:], " "); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// Nothing is appended to a command without items.
func TestNoItems(t *testing.T) {
	for line, want := range map[string][]string{"sort -u": {"sort", "-u"}, "p {#}-{%}": {"p", "7-2"}} {
		template := parse(t, command.Options{NoItems: true}, strings.Fields(line)...)
		if got := template.Expand(command.Vars{Seq: 7, Slot: 2}); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	template := parse(t, command.Options{NoItems: true, Shell: true}, "sort | uniq")
	if got, want := template.Expand(command.Vars{}), []string{"sh", "-c", "sort | uniq"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestParseErrors(t *testing.T) {
	const two = ": the number of values of an item is 2"
	const noItem = ": there is no item, because the command reads a block; {#} is its number"
	ab := []string{"a", "b"}
	for name, row := range map[string]struct {
		command []string
		options command.Options
		want    string
	}{
		"no command":      {nil, command.Options{}, "the command is empty"},
		"no program":      {[]string{"", "{}"}, command.Options{}, "the command is empty"},
		"an empty line":   {[]string{" \n"}, command.Options{Shell: true}, "the command is empty"},
		"no such value":   {[]string{"p", "x{3}"}, command.Options{Values: 2}, "placeholder {3}" + two},
		"from the end":    {[]string{"p", "{-3/}"}, command.Options{Values: 2}, "placeholder {-3/}" + two},
		"no such column":  {[]string{"p {3}"}, command.Options{Names: ab, Shell: true}, "placeholder {3}" + two},
		"several items":   {[]string{"p", "{3}"}, command.Options{Values: 1, Several: true}, ""},
		"the last value":  {[]string{"p", "{2}{-2}"}, command.Options{Values: 2}, ""},
		"more than named": {[]string{"p", "{2}"}, command.Options{Names: []string{"a"}, Values: 2}, ""},
		"unknown":         {[]string{"p", "{3}"}, command.Options{}, ""},
		"no item":         {[]string{"p", "x{/}"}, command.Options{NoItems: true}, "placeholder {/}" + noItem},
		"no item's value": {[]string{"p {-1}"}, command.Options{NoItems: true, Shell: true}, "placeholder {-1}" + noItem},
		"no item's text":  {[]string{"{1}"}, command.Options{NoItems: true, Text: true}, "placeholder {1}" + noItem},
		"only numbers":    {[]string{"p", "{#}{%}{a}"}, command.Options{NoItems: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if _, err := command.Parse(row.command, row.options); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestSize has two items in a command.
func TestSize(t *testing.T) {
	for name, row := range map[string]struct {
		command []string
		options command.Options
		size    int
		adds    int // 0: not ok
	}{
		"words":    {[]string{"p", "{}", "-f{.}"}, command.Options{}, 5*9 + len("pa.b-faa.b-fa"), 2*9 + len("a.b-fa")},
		"position": {[]string{"p", "{}{1}"}, command.Options{}, 3*9 + len("pa.ba.ba.ba.b"), 0},
		"line":     {[]string{"p {}"}, command.Options{Shell: true}, 3*9 + len("sh-cp 'a.b' 'a.b'"), len(" 'a.b'")},
	} {
		t.Run(name, func(t *testing.T) {
			template := parse(t, row.options, row.command...)
			if got := template.Size(command.Vars{Items: items("a.b", "a.b")}); got != row.size {
				t.Errorf("size %d, want %d", got, row.size)
			}
			adds, ok := template.Adds(command.Vars{Items: items("a.b")})
			if adds != row.adds || ok != (row.adds > 0) {
				t.Errorf("adds %d, %v, want %d", adds, ok, row.adds)
			}
		})
	}
}

// TestOneTemplate: the commands of a template do not change each other.
func TestOneTemplate(t *testing.T) {
	template := parse(t, command.Options{}, "p", "{}{#}")
	first := template.Expand(command.Vars{Items: items("a", "b"), Seq: 1})
	second := template.Expand(command.Vars{Items: items("c"), Seq: 2})
	if got, want := slices.Concat(first, second), []string{"p", "a1", "b1", "p", "c2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
