package lesson

import (
	"fmt"
	"slices"
	"strings"

	"brood/internal/event"
	"brood/internal/status"
)

// grandchild is the first child of A's first child, or nil.
func grandchild(r *Result) *status.Member {
	for _, child := range r.Family.Children(r.Family.Members[0]) {
		for _, c := range r.Family.Children(child) {
			return c
		}
	}
	return nil
}

// adopterOfGrandchild is the number of the answer in adopters.
func adopterOfGrandchild(r *Result) string {
	switch c := grandchild(r); {
	case c == nil:
		return ""
	case c.Parent == r.Family.Members[0].PID:
		return "1"
	case c.Parent == 1:
		return "2"
	default:
		return "3"
	}
}

// fateOfDaemon is 1 if the daemon was adopted before it ended, 2 if it ended, 3 if there was none.
func fateOfDaemon(r *Result) string {
	switch c := grandchild(r); {
	case c == nil:
		return "3"
	case c.Parent != c.Starter && slices.ContainsFunc(c.History, isKill), c.Ended.IsZero():
		return "1"
	default:
		return "2"
	}
}

// isKill reports a SIGKILL. A daemon that needed one has outlived its parent.
func isKill(d status.Deed) bool { return d.Kind == event.Signalled && d.Signal == "SIGKILL" }

// groupsPrinted counts the different groups that the processes printed.
func groupsPrinted(r *Result) string {
	groups := map[string]bool{}
	for _, line := range r.Lines() {
		for _, word := range []string{"组：", words["组："]} {
			if _, number, found := strings.Cut(line, " "+word+" "); found {
				groups[number] = true
			}
		}
	}
	return fmt.Sprint(len(groups))
}

// endedByInterrupt is 1 if SIGINT ended one child, 2 if both children, 3 if A too. A kills a child that is left.
func endedByInterrupt(r *Result) string {
	ended := 0
	for _, child := range r.Family.Children(r.Family.Members[0]) {
		if child.Signal != "SIGKILL" {
			ended++
		}
	}
	switch {
	case r.Exit.Signal != "":
		return "3"
	case ended == 2:
		return "2"
	default:
		return "1"
	}
}

func nameOfSecondBorn(r *Result) string {
	for _, first := range r.Family.Children(r.Family.Members[0]) {
		if second := r.Family.Children(first); len(second) == 2 {
			n := slices.IndexFunc(secondBorn, func(name Text) bool { return name.En == second[1].Name })
			return fmt.Sprint(n + 1)
		}
	}
	return ""
}
