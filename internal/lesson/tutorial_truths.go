package lesson

import (
	"fmt"
	"slices"
	"strings"

	"brood/internal/status"
)

// These functions find the right answers in what a scene printed, and in its family.

func linesBeforeDancing(r *Result) string {
	dancing := func(line string) bool { return line == "跳舞" || line == words["跳舞"] }
	return fmt.Sprint(slices.IndexFunc(r.Lines(), dancing))
}

func processesInAll(r *Result) string { return fmt.Sprint(len(r.Family.Members)) }

func parentsOfChildren(r *Result) string {
	a := r.Family.Members[0]
	for _, child := range r.Family.Children(a) {
		if child.Parent != a.PID || !strings.Contains(r.Output, fmt.Sprintf(" %d\n", child.Parent)) {
			return "3"
		}
	}
	return "1"
}

func firstToEnd(r *Result) string {
	a := r.Family.Members[0]
	for _, child := range r.Family.Children(a) {
		if child.Ended.After(a.Ended) {
			return "1"
		}
	}
	return "2"
}

func endOfDaemon(r *Result) string {
	b := r.Family.Children(r.Family.Members[0])[0]
	switch {
	case b.Signal != "":
		return "2"
	case b.ExitCode != nil:
		return "1"
	default:
		return "3"
	}
}

func processesOfCopy(r *Result) string {
	a := r.Family.Members[0]
	files := 0
	for _, child := range r.Family.Children(a) {
		if slices.Contains(child.Command, "copy-file") {
			files++
		}
	}
	if len(r.Family.Members) == files+1 {
		return "2"
	}
	return "1"
}

// exitCodes lists the exit codes of the processes. Equal neighbours are listed once.
func exitCodes(members []*status.Member) string {
	var codes []string
	for _, m := range members {
		if m.ExitCode != nil {
			codes = append(codes, fmt.Sprint(*m.ExitCode))
		}
	}
	return strings.Join(slices.Compact(codes), ", ")
}

// commandLines lists the command lines of all processes but A, as a shell would read them.
func commandLines(f *status.Family) string {
	var b strings.Builder
	for _, m := range f.Members[1:] {
		var words []string
		for _, word := range m.Command {
			if strings.ContainsAny(word, " \t\n\"'\\") {
				word = fmt.Sprintf("%q", word)
			}
			words = append(words, word)
		}
		fmt.Fprintf(&b, "  %s  %s\n", m.Letter, strings.Join(words, " "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
