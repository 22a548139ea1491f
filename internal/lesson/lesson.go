package lesson

import (
	"strings"

	"brood/internal/process"
	"brood/internal/status"
)

// Text is a text in both languages.
type Text struct{ En, Zh string }

// In returns the text in a language, "en" or "zh".
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.Zh
	}
	return t.En
}

// Lesson is a list of scenes, with an introduction for beginners.
type Lesson struct {
	Name   string
	Title  Text // one line
	Intro  Text
	Python string   // name of a program in python/, without .py; "" for none
	Go     []string // functions of this package to show
	Proc   bool     // needs /proc
	Folder bool     // can work on a folder of the user
	Scenes []Scene

	// Prepare, unless nil, makes the files for the programs. It returns arguments for
	// every scene, and a function to call after the last scene.
	Prepare func(folder string) (kwargs map[string]string, after func(), err error)
}

// Scene is one run of a program.
type Scene struct {
	OnFolder  bool // left out unless the user names a folder
	Before    Text // printed before the questions
	Questions []Question
	Target    string // A's target
	Args      []string
	Kwargs    map[string]string
	After     func(*Result) Text // printed after the answers, unless nil
}

// Question comes before a scene. The result of the scene answers it.
type Question struct {
	Ask     Text
	Choices []Text                 // numbered from 1; nil: the answer is a number
	Truth   func(r *Result) string // finds the right number
	Why     Text
}

// Result is the result of a scene.
type Result struct {
	Output string         // of all its processes
	Family *status.Family // its processes, and what happened to each
	Exit   process.Exit   // of A
}

// Lines splits the scene's output into lines.
func (r *Result) Lines() []string {
	text := strings.TrimSuffix(r.Output, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// Count counts the lines that contain the word, in either language.
func (r *Result) Count(word string) (n int) {
	for _, line := range r.Lines() {
		if strings.Contains(line, word) || strings.Contains(line, words[word]) && words[word] != "" {
			n++
		}
	}
	return n
}

// All returns the lessons in teaching order.
func All() []Lesson {
	return []Lesson{
		singleLesson, multiLesson, argsLesson, pidsLesson, memoryLesson, waitLesson, daemonLesson, copyLesson,
		exitcodesLesson, terminateLesson, zombieLesson,
		treeLesson, orphanLesson, killedLesson, subreaperLesson, groupLesson,
		raceLesson, speedupLesson, poolLesson, confinedLesson, stallLesson,
	}
}

// Find returns the lesson with that name.
func Find(name string) (Lesson, bool) {
	for _, l := range All() {
		if l.Name == name {
			return l, true
		}
	}
	return Lesson{}, false
}
