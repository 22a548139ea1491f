package lesson

import (
	"embed"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/width"
)

// Show is which code of a lesson is shown.
type Show string

const (
	ShowPython Show = "python"
	ShowGo     Show = "go"
	ShowBoth   Show = "both"
	ShowNone   Show = "none"
)

// ParseShow is the Show that s spells.
func ParseShow(s string) (Show, error) {
	switch show := Show(s); show {
	case ShowPython, ShowGo, ShowBoth, ShowNone:
		return show, nil
	}
	return "", fmt.Errorf("show %q: want python, go, both or none", s)
}

// sources are the programs as they run.
//
//go:embed python/*.py *.go
var sources embed.FS

func (s *Stage) show(l Lesson) {
	left, right := PythonSource(l, s.Lang), goSource(l, s.Lang)
	if s.Show == ShowBoth && left != "" && right != "" && s.sideBySide(left, right) {
		return
	}
	if s.Show == ShowPython || s.Show == ShowBoth {
		s.code("Python", left)
	}
	if s.Show == ShowGo || s.Show == ShowBoth {
		s.code("Go", right)
	}
}

// sideBySide writes Python on the left and Go on the right, if there is room for both.
func (s *Stage) sideBySide(left, right string) bool {
	python := append([]string{"Python:"}, linesOf(left)...)
	golang := append([]string{"Go:"}, linesOf(right)...)
	margin := widest(python) + 3
	if margin+widest(golang) > s.Width {
		return false
	}
	for i := range max(len(python), len(golang)) {
		line := ""
		if i < len(python) {
			line = python[i]
		}
		if i < len(golang) {
			line += strings.Repeat(" ", margin-columns(line)) + golang[i]
		}
		fmt.Fprintln(s.Out, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(s.Out)
	return true
}

func linesOf(source string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(source, "\t", "    "), "\n"), "\n")
}

func widest(lines []string) (widest int) {
	for _, line := range lines {
		widest = max(widest, columns(line))
	}
	return widest
}

// columns is how wide a line is on a terminal: Chinese takes two columns a character.
func columns(line string) (n int) {
	for _, r := range line {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

func (s *Stage) code(language, source string) {
	if source == "" {
		return
	}
	fmt.Fprintf(s.Out, "%s:\n", language)
	for _, line := range linesOf(source) {
		fmt.Fprintln(s.Out, strings.TrimRight("    "+line, " "))
	}
	fmt.Fprintln(s.Out)
}

// PythonSource is the lesson's Python program with the words of lang; "" when it has none.
func PythonSource(l Lesson, lang string) string {
	if l.Python == "" {
		return ""
	}
	source, err := sources.ReadFile("python/" + l.Python + ".py")
	if err != nil {
		panic(err) // it is compiled in: a test goes through all
	}
	return translated(string(source), lang)
}

// goSource is the functions that the lesson shows, cut from the source that runs,
// their words in lang.
func goSource(l Lesson, lang string) string {
	var shown []string
	for _, name := range l.Go {
		shown = append(shown, function(name))
	}
	trCall := regexp.MustCompile(`tr\(("[^"]*")\)`) // not at package level: each child would compile it
	return translated(trCall.ReplaceAllString(strings.Join(shown, "\n"), "$1"), lang)
}

// function is the source of a function of this package.
func function(name string) string {
	files, _ := sources.ReadDir(".")
	for _, file := range files {
		text, err := sources.ReadFile(file.Name())
		if err != nil {
			continue // a folder
		}
		if _, body, found := strings.Cut(string(text), "\nfunc "+name+"("); found {
			body, _, _ = strings.Cut(body, "\n}\n")
			return "func " + name + "(" + body + "\n}\n"
		}
	}
	panic("no function " + name) // a test shows all lessons
}
