package view

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// sources returns the Go sources and the records below the folders, without tests and without chinese.go.
func sources(t *testing.T, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(file string, e fs.DirEntry, err error) error {
			isSource := strings.HasSuffix(file, ".go") || strings.HasSuffix(file, ".jsonl")
			if err != nil || !isSource || strings.HasSuffix(file, "_test.go") || e.Name() == "chinese.go" {
				return err
			}
			text, err := os.ReadFile(file)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// TestPhrases: each English format of the Chinese phrases is in the sources, and both take the same arguments.
func TestPhrases(t *testing.T) {
	all := sources(t, ".", "../status", "../event")
	verbs := func(format string) []string {
		found := regexp.MustCompile(`%(?:\[\d\])?([.\d]*[a-z])`).FindAllStringSubmatch(format, -1)
		var verbs []string
		for _, verb := range found {
			verbs = append(verbs, verb[1])
		}
		return slices.Sorted(slices.Values(verbs))
	}
	for english, chinese := range chinesePhrases() {
		said := func(text string) bool { return strings.Contains(all, strconv.Quote(text)) }
		if !said(english) && !said(strings.TrimPrefix(english, "%s ")) {
			t.Errorf("no report says %q", english)
		}
		if !slices.Equal(verbs(english), verbs(chinese)) {
			t.Errorf("%q takes other arguments than %q", chinese, english)
		}
	}
}

// TestReasons: brood, the system or an older record has each reason that chinese.go translates. So a reason and its
// translation change together.
func TestReasons(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems word their errors differently")
	}
	all := sources(t, "..")
	system := map[string]bool{}
	for n := range syscall.Errno(200) {
		system[n.Error()] = true
	}
	for reason := range chineseReasons() {
		if !system[reason] && !strings.Contains(all, reason) {
			t.Errorf("nothing writes %q any more: update chinese.go", reason)
		}
	}
}
