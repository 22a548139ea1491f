package lesson

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"brood/internal/view"
)

// Every lesson is complete: texts and code in both languages, and programs that exist.
func TestLessonsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range All() {
		t.Run(l.Name, func(t *testing.T) {
			if seen[l.Name] {
				t.Error("another lesson has the same name")
			}
			seen[l.Name] = true
			for _, text := range texts(l) {
				if (text.En == "") != (text.Zh == "") || hasChinese(text.En) {
					t.Errorf("not in both languages: %q, %q", text.En, text.Zh)
				}
			}
			if l.Title.En == "" || l.Intro.En == "" || len(l.Scenes) == 0 {
				t.Error("no title, no introduction or no scene")
			}
			for _, scene := range l.Scenes {
				if _, ok := Lookup(scene.Target); !ok {
					t.Errorf("no target %q", scene.Target)
				}
			}
			for _, source := range []string{PythonSource(l, "zh"), goSource(l, "zh")} {
				for _, comment := range regexp.MustCompile(`(//|#) .*[a-z] .*`).FindAllString(source, -1) {
					if !hasChinese(comment) {
						t.Errorf("%s has no Chinese", comment)
					}
				}
			}
			for _, source := range []string{PythonSource(l, "en"), goSource(l, "en")} {
				if word := regexp.MustCompile(`"[^"]*\p{Han}[^"]*"`).FindString(source); word != "" {
					t.Errorf("%s has no English", word)
				}
			}
			if goSource(l, "zh") == "" || strings.Contains(goSource(l, "zh"), "tr(") {
				t.Errorf("the Go shown is %q", goSource(l, "zh"))
			}
		})
	}
	if len(seen) != 21 {
		t.Errorf("%d lessons, want 21", len(seen))
	}
}

func texts(l Lesson) (all []Text) {
	all = append(all, l.Title, l.Intro)
	for _, scene := range l.Scenes {
		all = append(all, scene.Before)
		for _, q := range scene.Questions {
			all = append(append(all, q.Ask, q.Why), q.Choices...)
		}
	}
	return all
}

func hasChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestTargetsAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, targets := range programs() {
		for name := range targets {
			if seen[name] {
				t.Errorf("two targets have the name %q", name)
			}
			seen[name] = true
		}
	}
}

// Python and Go are side by side only if both fit. A Chinese character takes two columns.
func TestSideBySide(t *testing.T) {
	l, _ := Find("multi")
	for width, want := range map[int]bool{0: false, 80: false, 200: true} {
		var out strings.Builder
		s := &Stage{Lang: "zh", Show: ShowBoth, Width: width, Out: &out}
		s.show(l)
		together := regexp.MustCompile(`(?m)^import time +for range 3`).MatchString(out.String())
		if together != want {
			t.Errorf("%d columns: side by side %t, want %t:\n%s", width, together, want, out.String())
		}
		for line := range strings.Lines(out.String()) {
			if want && view.Width(strings.TrimSuffix(line, "\n")) > width {
				t.Errorf("%d columns: %q", width, line)
			}
		}
	}
}
