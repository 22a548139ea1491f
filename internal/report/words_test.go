package report_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

// wordsOf reads one language of the dictionary.
func wordsOf(dictionary string) map[string]string {
	words := map[string]string{}
	entry := regexp.MustCompile(`(?:[,{]|\n)\s*(\w+): '((?:[^'\\]|\\.)*)'`)
	for _, found := range entry.FindAllStringSubmatch(dictionary, -1) {
		words[found[1]] = found[2]
	}
	return words
}

// dictionaryOf returns the dictionary of a page, and the page without it.
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

// TestBothLanguagesSayTheSame: both languages have the same words with the same values.
func TestBothLanguagesSayTheSame(t *testing.T) {
	english, chinese, _ := dictionaryOf(t)
	about := func(text string) []string {
		return slices.Sorted(slices.Values(regexp.MustCompile(`\{\d\}`).FindAllString(text, -1)))
	}
	for word, text := range english {
		if got, want := about(chinese[word]), about(text); chinese[word] == "" || !slices.Equal(got, want) {
			t.Errorf("%s: %q has other values in Chinese: %q", word, text, chinese[word])
		}
	}
	if len(chinese) != len(english) {
		t.Errorf("%d words in English, %d in Chinese", len(english), len(chinese))
	}
}

// TestWordsAreKnown: the dictionary has each word that the page uses, and the page uses each word of the dictionary.
func TestWordsAreKnown(t *testing.T) {
	english, _, rest := dictionaryOf(t)
	outcomes := []event.Kind{
		event.Copied, event.Verified, event.Linked, event.Made, event.Differs, event.Skipped, event.Failed,
	}
	for word := range english {
		if !regexp.MustCompile(`['"]`+word+`['"]`).MatchString(rest) && !slices.Contains(outcomes, event.Kind(word)) {
			t.Errorf("the page never uses %s", word)
		}
	}
	for _, kind := range outcomes {
		if english[string(kind)] == "" {
			t.Errorf("the dictionary lacks the outcome %s", kind)
		}
	}
	used := regexp.MustCompile(`(?:\bsay\(|\badd\((?:'\w+', say\()?|data-(?:word|title)=|word: )` +
		`['"](\w+)['"](?:[,)]| data|>|\})`)
	for _, found := range used.FindAllStringSubmatch(rest, -1) {
		if english[found[1]] == "" && !strings.Contains(found[0], "add('dragged'") {
			t.Errorf("the dictionary lacks %s: %s", found[1], found[0])
		}
	}
}
