package report_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

// wordsOf are a language's part of the dictionary.
func wordsOf(dictionary string) map[string]string {
	words := map[string]string{}
	for _, found := range regexp.MustCompile(`(?:[,{]|\n)\s*(\w+): '((?:[^'\\]|\\.)*)'`).FindAllStringSubmatch(dictionary, -1) {
		words[found[1]] = found[2]
	}
	return words
}

// dictionaryOf is that of a page, and the rest of it.
func dictionaryOf(t *testing.T) (english, chinese map[string]string, rest string) {
	t.Helper()
	page := pageOf(t, recorded(t, "zombie"), "en")
	_, dictionary, _ := strings.Cut(page, "const WORDS = {")
	dictionary, _, _ = strings.Cut(dictionary, "\n};")
	en, zh, _ := strings.Cut(dictionary, "zh: {")
	if english, chinese = wordsOf(en), wordsOf(zh); len(english) < 100 {
		t.Fatalf("only %d words", len(english))
	}
	return english, chinese, strings.Replace(page, dictionary, "", 1)
}

// TestBothLanguagesSayTheSame: each has the other's words, about the same things.
func TestBothLanguagesSayTheSame(t *testing.T) {
	english, chinese, _ := dictionaryOf(t)
	about := func(text string) []string {
		return slices.Sorted(slices.Values(regexp.MustCompile(`\{\d\}`).FindAllString(text, -1)))
	}
	for word, text := range english {
		if got, want := about(chinese[word]), about(text); chinese[word] == "" || !slices.Equal(got, want) {
			t.Errorf("%s: %q is %q in Chinese", word, text, chinese[word])
		}
	}
	if len(chinese) != len(english) {
		t.Errorf("%d words in English, %d in Chinese", len(english), len(chinese))
	}
}

// TestWordsAreKnown: what the page says is in the dictionary, what is there is said.
func TestWordsAreKnown(t *testing.T) {
	english, _, rest := dictionaryOf(t)
	outcomes := []event.Kind{event.Copied, event.Verified, event.Linked, event.Made, event.Differs, event.Skipped, event.Failed}
	for word := range english {
		if !regexp.MustCompile(`['"]`+word+`['"]`).MatchString(rest) && !slices.Contains(outcomes, event.Kind(word)) {
			t.Errorf("%s is never said", word)
		}
	}
	for _, kind := range outcomes {
		if english[string(kind)] == "" {
			t.Errorf("the outcome %s has no words", kind)
		}
	}
	for _, found := range regexp.MustCompile(`(?:\bsay\(|\badd\((?:'\w+', say\()?|data-(?:word|title)=|word: )['"](\w+)['"](?:[,)]| data|>|\})`).FindAllStringSubmatch(rest, -1) {
		if english[found[1]] == "" && !strings.Contains(found[0], "add('dragged'") {
			t.Errorf("%s has no words: %s", found[1], found[0])
		}
	}
}
