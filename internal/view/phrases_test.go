package view

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestPhrases: each English format of the Chinese phrases is in the sources, and both take the same arguments.
func TestPhrases(t *testing.T) {
	var sources strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "../status/timeline.go", "../event/event.go") {
		if strings.HasSuffix(file, "_test.go") || file == "chinese.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources.Write(text)
	}
	verbs := func(format string) []string {
		found := regexp.MustCompile(`%(?:\[\d\])?([.\d]*[a-z])`).FindAllStringSubmatch(format, -1)
		var all []string
		for _, verb := range found {
			all = append(all, verb[1])
		}
		return slices.Sorted(slices.Values(all))
	}
	for english, chinese := range chinesePhrases() {
		said := func(text string) bool { return strings.Contains(sources.String(), strconv.Quote(text)) }
		if !said(english) && !said(strings.TrimPrefix(english, "%s ")) {
			t.Errorf("no report says %q", english)
		}
		if !slices.Equal(verbs(english), verbs(chinese)) {
			t.Errorf("%q takes other arguments than %q", chinese, english)
		}
	}
}
