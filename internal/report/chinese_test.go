package report_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"brood/internal/status"
	brood "brood/internal/view"
)

// latinWords are the only Latin words in the Chinese of the page: system calls, keys, abbreviations, units.
var latinWords = strings.Fields("PID CPU fork exec Shift Ctrl Home s ms µs B KiB MiB GiB SIGTERM SIGKILL " +
	"NODE FAIL brood English")

// wrongSpaces finds Chinese and Latin text without a space between them, and a space beside full-width punctuation.
var wrongSpaces = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}| [，：；（）、。]|[，：；（）、。] [^·]`)

func onlyChinese(t *testing.T, what, text string) {
	t.Helper()
	for _, word := range regexp.MustCompile(`[A-Za-zµ]+`).FindAllString(text, -1) {
		isLetter := len(word) == 1 && word < "a" // of a process in a lesson or a trace
		if !isLetter && !slices.Contains(latinWords, word) {
			t.Errorf("%s: %q is not Chinese: %s", what, word, text)
		}
	}
	if found := wrongSpaces.FindAllString(text, -1); found != nil {
		t.Errorf("%s: wrong spaces %q: %s", what, found, text)
	}
}

// TestChineseWords reads the dictionary. A value stands for a Latin word, since most values are numbers and names.
func TestChineseWords(t *testing.T) {
	_, chinese, _ := dictionaryOf(t)
	for word, text := range chinese {
		onlyChinese(t, word, regexp.MustCompile(`\{\d\}`).ReplaceAllString(text, "1"))
	}
}

// TestChinesePage reads all texts that the page shows, except names.
func TestChinesePage(t *testing.T) {
	for _, name := range []string{"copy", "orphan", "zombie", "killed", "cluster", "traced"} {
		t.Run(name, func(t *testing.T) {
			tl := recorded(t, name)
			p := openPage(t, tl)
			p.do(chromedp.Click(chromedp.ID("language")), chromedp.Focus(chromedp.ID("scroller")))
			for range tl.Lives {
				p.do(chromedp.KeyEvent(kb.ArrowRight))
				details := look[string](p, `document.getElementById('said').textContent`)
				onlyChinese(t, "details", withoutNames(details, tl))
			}
			for line := range strings.Lines(look[string](p, `document.body.innerText`)) {
				onlyChinese(t, "page", withoutNames(line, tl))
			}
			titles := look[[]string](p, `[...document.querySelectorAll('[title], [aria-label], [placeholder]')].map(
				e => [e.title, e.ariaLabel, e.placeholder].filter(text => text).join('\n'))`)
			onlyChinese(t, "titles", withoutNames(strings.Join(titles, "\n"), tl))
		})
	}
}

// withoutNames removes the names of files, processes, nodes and folders, and command lines.
func withoutNames(text string, tl *status.Timeline) string {
	names := []string{"MainProcess", "brood lesson", "brood trace", tl.Run().Source, tl.Run().Dest, brood.CommandLine(tl.Run().Traced)}
	for _, m := range tl.Family.Members {
		names = append(names, strings.Join(m.Command, " "))
		for _, deed := range m.History {
			names = append(names, deed.Program, deed.Signal)
		}
	}
	for _, l := range tl.Lives {
		names = append(names, l.Name, l.File, l.Node, l.Task)
	}
	for _, f := range tl.Files {
		names = append(names, f.Name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // a name may be in another
	for _, name := range names {
		if len(name) > 1 {
			text = strings.ReplaceAll(text, name, "…")
		}
	}
	return text
}
