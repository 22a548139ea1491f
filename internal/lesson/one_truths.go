package lesson

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// printed returns what the programs printed after the label, in either language.
// It is "" if they did not print the label.
func printed(r *Result, label string) string {
	for _, line := range r.Lines() {
		for _, start := range []string{label, words[label]} {
			if value, ok := strings.CutPrefix(line, start+" "); ok && start != "" {
				return value
			}
		}
	}
	return ""
}

// choiceOf is the number of the choice that equals value, from 1, or "".
func choiceOf(value string, choices ...string) string {
	if i := slices.Index(choices, value); i >= 0 {
		return strconv.Itoa(i + 1)
	}
	return ""
}

// exitCodeOf is the exit code of the process with that name, or "" while it is unknown.
func exitCodeOf(r *Result, name string) string {
	m := r.Family.Named(name)
	if m == nil || m.ExitCode == nil {
		return ""
	}
	return fmt.Sprint(*m.ExitCode)
}

// endedBy is the signal that ended the process with that name, or "".
func endedBy(r *Result, name string) string {
	m := r.Family.Named(name)
	if m == nil {
		return ""
	}
	return m.Signal
}

// stoppedAfterTerm reads whether the stopped child outlived SIGTERM: only then the program prints its state.
func stoppedAfterTerm(r *Result) string {
	if r.Count("收到 SIGTERM 后的状态：") > 0 {
		return "2"
	}
	return "1"
}

// speedupOf returns the number of children, and how many times as fast as their parent they were.
func speedupOf(r *Result) (n int, factor float64) {
	alone, _, _ := strings.Cut(printed(r, "一个进程做所有的份："), " ")
	together, _, _ := strings.Cut(printed(r, "每份一个进程："), " ")
	before, _ := strconv.ParseFloat(alone, 64)
	after, _ := strconv.ParseFloat(together, 64)
	return len(r.Family.Children(r.Family.Members[0])), before / after
}

func speedupMeasured(r *Result) string {
	switch n, factor := speedupOf(r); {
	case factor >= float64(n):
		return "3"
	case factor > 1:
		return "2"
	default:
		return "1"
	}
}

// additionsLost is the difference between the expected number and the one in the file.
func additionsLost(r *Result) int {
	want, _ := strconv.Atoi(printed(r, "应该是："))
	got, _ := strconv.Atoi(printed(r, "实际是："))
	return want - got
}
