package lesson

import (
	"strings"

	"brood/internal/process"
	"brood/internal/status"
)

// Text is the same in both languages.
type Text struct{ En, Zh string }

// In is the text in a language, "en" or "zh".
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.Zh
	}
	return t.En
}

// Lesson is one lesson.
type Lesson struct {
	Name   string
	Title  Text     // one line
	Intro  Text     // what it is about, for a beginner
	Python string   // its program in python/, without .py; "" for none
	Go     []string // the functions of this package that are shown
	Proc   bool     // it reads /proc, and says so where there is none
	Scenes []Scene

	// Prepare, where there is one, finds what the programs work on: arguments for
	// each scene, and what is to be done after the last.
	Prepare func(folder string) (kwargs map[string]string, after func(), err error)
}

// Scene is one run of a program.
type Scene struct {
	Before    Text // said before it runs
	Questions []Question
	Target    string // of the program; "" runs the lesson's Python program
	Args      []string
	Kwargs    map[string]string
	After     func(*Result) Text // what was seen; nil: nothing to add
}

// Question is asked before a scene runs and answered by what came of it.
type Question struct {
	Ask     Text
	Choices []Text                 // numbered from 1; nil: a number is asked for
	Truth   func(r *Result) string // the right number, from what the kernel said
	Why     Text
}

// Result is what came of a scene.
type Result struct {
	Output string         // all that its processes printed
	Family *status.Family // who they were and what became of them
	Exit   process.Exit   // of A
}

// Lines are the lines that the scene printed.
func (r *Result) Lines() []string {
	text := strings.TrimSuffix(r.Output, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// Count is the number of lines that hold the word, in either language.
func (r *Result) Count(word string) (n int) {
	for _, line := range r.Lines() {
		if strings.Contains(line, word) || strings.Contains(line, words[word]) && words[word] != "" {
			n++
		}
	}
	return n
}

// All are the lessons, in an order that teaches.
func All() []Lesson {
	return []Lesson{
		singleLesson, multiLesson, argsLesson, pidsLesson, memoryLesson, waitLesson, daemonLesson, copyLesson,
		exitcodesLesson, terminateLesson, zombieLesson,
		treeLesson, orphanLesson, killedLesson, subreaperLesson, groupLesson,
		raceLesson, speedupLesson, confinedLesson, stallLesson,
	}
}

// Find finds a lesson by its name.
func Find(name string) (Lesson, bool) {
	for _, l := range All() {
		if l.Name == name {
			return l, true
		}
	}
	return Lesson{}, false
}
