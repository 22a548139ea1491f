package item_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"brood/internal/item"
)

func TestCut(t *testing.T) {
	for text, want := range map[string]struct {
		command []string
		sources []item.Source
	}{
		"":              {[]string{}, nil},
		"gzip -9":       {words("gzip -9"), nil},
		"gzip ::: a b":  {words("gzip"), []item.Source{{Args: words("a b")}}},
		"gzip :::":      {words("gzip"), []item.Source{{Args: []string{}}}},
		"::: a":         {[]string{}, []item.Source{{Args: words("a")}}},
		"gzip :::: a b": {words("gzip"), []item.Source{{File: "a"}, {File: "b"}}},
		"gzip -9 ::: a.log b.log :::+ x y :::: list.txt": {words("gzip -9"), []item.Source{
			{Args: words("a.log b.log")}, {Args: words("x y"), Linked: true}, {File: "list.txt"}}},
		"c ::: ::: a ::::+ x -": {words("c"), []item.Source{
			{Args: []string{}}, {Args: words("a")}, {File: "x", Linked: true}, {File: "-", Linked: true}}},
		"c :: ::::: :::++ a:::": {words("c :: ::::: :::++ a:::"), nil},
	} {
		command, sources, err := item.Cut(words(text))
		if err != nil || !slices.Equal(command, want.command) || !reflect.DeepEqual(sources, want.sources) {
			t.Errorf("Cut(%q): %q, %+v, %v, want %q, %+v", text, command, sources, err, want.command, want.sources)
		}
	}
	for text, want := range map[string]string{
		"c ::::":        "no file follows ::::",
		"c :::: :::: a": "no file follows ::::",
		"c ::: a ::::+": "no file follows ::::+",
	} {
		_, _, err := item.Cut(words(text))
		wantError(t, err, want)
	}
}

// TestCutKeepsArguments checks that appending to a result does not change the arguments.
func TestCutKeepsArguments(t *testing.T) {
	args := words("c ::: a ::: b")
	command, sources, err := item.Cut(args)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(command, "x")
	_ = append(sources[0].Args, "x")
	if want := words("c ::: a ::: b"); !slices.Equal(args, want) {
		t.Errorf("arguments %q, want %q", args, want)
	}
}

// FuzzCut checks that the results of Cut, written as arguments again, give the same results, and that no word is lost.
func FuzzCut(f *testing.F) {
	for _, text := range []string{"", "c -9 ::: a b :::+ x :::: l ::::+ n", ":::", "::::", "a ::: ::: :::+ ::: \xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, " ")
		command, sources, err := item.Cut(args)
		if err != nil {
			return
		}
		var values []string
		again := slices.Clone(command)
		for _, s := range sources {
			word, follow := ":::", s.Args
			if s.Args == nil {
				word, follow = "::::", []string{s.File}
			}
			if s.Linked {
				word += "+"
			}
			again = append(append(again, word), follow...)
			values = append(values, follow...)
		}
		command2, sources2, err := item.Cut(again)
		if err != nil || !slices.Equal(command, command2) || !reflect.DeepEqual(sources, sources2) {
			t.Errorf("%q: %q, %+v, %v, want %q, %+v", again, command2, sources2, err, command, sources)
		}
		plain := slices.DeleteFunc(args, func(word string) bool {
			return word == ":::" || word == ":::+" || word == "::::" || word == "::::+"
		})
		if got := append(command, values...); !slices.Equal(got, plain) {
			t.Errorf("words %q, want %q", got, plain)
		}
	})
}
