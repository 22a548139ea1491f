package slurm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

// TestFailures checks that a failure counts if no attempt settled its name. If no attempt finished, each name without
// an event has failed too.
func TestFailures(t *testing.T) {
	names := func(words ...string) []string { return append([]string{}, words...) }
	for name, row := range map[string]struct {
		first, second []string // kind and file
		why           string
		want          []string // file and error
	}{
		"none":            {names("copied a0", "copied b0"), nil, "", names()},
		"one":             {names("copied a0", "failed b0"), nil, "", names("b0: 1")},
		"settled later":   {names("failed a0", "failed b0"), names("copied a0", "skipped b0"), "", names()},
		"settled before":  {names("copied a0", "linked b0"), names("failed a0", "failed b0"), "", names()},
		"twice":           {names("failed a0"), names("failed a0"), "", names("a0: 2")},
		"no event":        {names("copied a0"), nil, "", names()},
		"lost":            {names("copied a0"), nil, "NODE_FAIL", names("b0: NODE_FAIL")},
		"lost, all":       {nil, nil, "NODE_FAIL", names("a0: NODE_FAIL", "b0: NODE_FAIL")},
		"lost and failed": {names("failed b0"), nil, "NODE_FAIL", names("a0: NODE_FAIL", "b0: 1")},
		"lost, stopping":  {names("failed a0", "stopping", "failed b0"), nil, "KILLED", names("a0: 1", "b0: KILLED")},
		"stopped, done":   {names("stopping", "failed a0"), names("failed a0", "copied b0"), "", names("a0: 2")},
		"not in the list": {names("failed c0"), nil, "", names()},
		"each by another": {names("copied a0"), names("made b0"), "NODE_FAIL", names()},
		"one by each":     {names("failed a0"), names("failed b0"), "", names("a0: 1", "b0: 2")},
	} {
		t.Run(name, func(t *testing.T) {
			d := drive(t, newFolder(t, Request{}), 1)
			tried := &attempts{}
			for n, events := range [][]string{row.first, row.second} {
				name := attemptName(0, n, 0, "7_0")
				r := recordOf(t, d.Folder, name)
				for _, e := range events {
					kind, file, _ := strings.Cut(e, " ")
					r.writes(event.Event{Kind: event.Kind(kind), File: file, Error: fmt.Sprint(n + 1)})
				}
				a := tried.add(&attempt{file: d.in("events", part(0), name), generation: n})
				must(t, a.read(readMost, func(event.Event) {}))
			}
			got := []string{}
			must(t, tried.failures(d.eachItem(0), row.why, func(a *attempt, e event.Event) {
				got = append(got, e.File+": "+e.Error)
				if reported := e.Error != row.why; reported != (a != nil) || e.Kind != event.Failed {
					t.Errorf("%+v comes from %+v", e, a)
				}
			}))
			if !slices.Equal(got, row.want) {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

// TestLatest checks the order of attempts: by submission, then by restart.
func TestLatest(t *testing.T) {
	tried := &attempts{}
	if tried.latest() != nil || tried.done(0) != nil {
		t.Error("an attempt of none")
	}
	for i, order := range [][2]int{{0, 1}, {1, 0}, {0, 0}, {1, 2}, {0, 5}} {
		tried.add(&attempt{file: fmt.Sprint(i), generation: order[0], restarts: order[1]})
	}
	if a := tried.latest(); a.file != "3" {
		t.Errorf("%+v", a)
	}
	if again := tried.add(&attempt{file: "2"}); len(tried.all) != 5 || again != tried.all[2] {
		t.Errorf("%d attempts", len(tried.all))
	}
	tried.all[0].finished = &event.Event{Reason: "the job was stopped"}
	tried.all[2].finished = &event.Event{}
	if tried.done(0) != tried.all[2] || tried.done(1) != nil {
		t.Error("done returns the wrong attempt")
	}
}
