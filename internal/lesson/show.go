package lesson

import (
	"embed"
	"fmt"
	"regexp"
	"strings"

	"brood/internal/view"
)

// Show selects the code that a lesson shows.
type Show string

const (
	ShowPython Show = "python"
	ShowGo     Show = "go"
	ShowBoth   Show = "both"
	ShowNone   Show = "none"
)

// ParseShow parses a value of --show.
func ParseShow(s string) (Show, error) {
	switch show := Show(s); show {
	case ShowPython, ShowGo, ShowBoth, ShowNone:
		return show, nil
	}
	return "", fmt.Errorf("show %q: want python, go, both or none", s)
}

// sources are the Python programs and the Go files of this package.
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

// sideBySide prints Python on the left and Go on the right. If they do not fit, it prints nothing and is false.
func (s *Stage) sideBySide(left, right string) bool {
	python := append([]string{s.label("Python")}, linesOf(left)...)
	golang := append([]string{s.label("Go")}, linesOf(right)...)
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
			line += strings.Repeat(" ", margin-view.Width(line)) + golang[i]
		}
		fmt.Fprintln(s.Out, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(s.Out)
	return true
}

// label is the line above a program.
func (s *Stage) label(language string) string { return language + Text{":", "："}.In(s.Lang) }

func linesOf(source string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(source, "\t", "    "), "\n"), "\n")
}

func widest(lines []string) (widest int) {
	for _, line := range lines {
		widest = max(widest, view.Width(line))
	}
	return widest
}

func (s *Stage) code(language, source string) {
	if source == "" {
		return
	}
	fmt.Fprintln(s.Out, s.label(language))
	for _, line := range linesOf(source) {
		fmt.Fprintln(s.Out, strings.TrimRight("    "+line, " "))
	}
	fmt.Fprintln(s.Out)
}

// PythonSource returns the lesson's Python program, with texts in the language, or "".
func PythonSource(l Lesson, lang string) string {
	if l.Python == "" {
		return ""
	}
	source, err := sources.ReadFile("python/" + l.Python + ".py")
	if err != nil {
		panic(err) // a bug: the file is compiled in
	}
	return translated(string(source), lang)
}

// goSource returns the functions that the lesson shows, with texts in the language.
func goSource(l Lesson, lang string) string {
	var shown []string
	for _, name := range l.Go {
		shown = append(shown, function(name))
	}
	trCall := regexp.MustCompile(`tr\(("[^"]*")\)`) // not a package variable: every child would compile it
	return translated(trCall.ReplaceAllString(strings.Join(shown, "\n"), "$1"), lang)
}

// function returns the source of a function of this package.
func function(name string) string {
	files, _ := sources.ReadDir(".")
	for _, file := range files {
		text, err := sources.ReadFile(file.Name())
		if err != nil {
			continue // python/ is a folder
		}
		if _, body, found := strings.Cut(string(text), "\nfunc "+name+"("); found {
			body, _, _ = strings.Cut(body, "\n}\n")
			return "func " + name + "(" + body + "\n}\n"
		}
	}
	panic("no function " + name)
}
