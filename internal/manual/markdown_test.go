package manual

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	title, got := parse(`# A title

First paragraph,
on two lines.

## A heading
- an item
  that goes on
- another

    literal
    two

` + "```console\n$ copy\n\n| no table\n```" + `

| a | b |
|---|---|
| 1 |   |
Last.
`)
	want := []block{
		{form: paragraph, text: "First paragraph, on two lines."},
		{form: heading, text: "A heading"},
		{form: item, text: "an item that goes on"},
		{form: item, text: "another"},
		{form: literal, text: "literal\ntwo\n"},
		{form: literal, text: "$ copy\n\n| no table\n"},
		{form: table, rows: [][]string{{"a", "b"}, {"1", ""}}},
		{form: paragraph, text: "Last."},
	}
	if title != "A title" || !reflect.DeepEqual(got, want) {
		t.Errorf("title %q\n got %v\nwant %v", title, got, want)
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string][]span{
		"plain":                       {{false, "plain"}},
		"a `b c` d":                   {{false, "a "}, {true, "b c"}, {false, " d"}},
		"**1 `truncated`**, `x`":      {{true, "1 truncated"}, {false, ", "}, {true, "x"}},
		"2 ** 3, a ` b":               {{false, "2 ** 3, a ` b"}},
		"[a](https://b.org) [c](d) e": {{false, "a (https://b.org) c e"}},
		"[not] a (link)":              {{false, "[not] a (link)"}},
	} {
		if got := spans(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Each text fits a narrow terminal, except for what users copy and for words that are longer.
func TestTopicsFit(t *testing.T) {
	const columns = 60
	for _, topic := range Topics() {
		if topic.Title == "" {
			t.Errorf("%s has no title", topic.Name)
		}
		for line := range strings.Lines(topic.Help(columns)) {
			literal := strings.HasPrefix(line, strings.Repeat(" ", 2*margin))
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > columns && !literal {
				t.Errorf("%s: %d columns, want %d:\n%s", topic.Name, n, columns, line)
			}
		}
	}
}
