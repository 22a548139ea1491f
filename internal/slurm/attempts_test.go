package slurm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

// TestFailures: a failure stands when no attempt has settled its name; and where none has come to the end, what is not
// known has failed as well.
func TestFailures(t *testing.T) {
	for name, row := range map[string]struct {
		first, second []string // kind and file
		why           string
		want          []string
	}{
		"none":                {[]string{"copied a0", "copied b0"}, nil, "", []string{}},
		"one":                 {[]string{"copied a0", "failed b0"}, nil, "", []string{"b0: 1"}},
		"settled later":       {[]string{"failed a0", "failed b0"}, []string{"copied a0", "skipped b0"}, "", []string{}},
		"settled before":      {[]string{"copied a0", "linked b0"}, []string{"failed a0", "failed b0"}, "", []string{}},
		"twice":               {[]string{"failed a0"}, []string{"failed a0"}, "", []string{"a0: 2"}},
		"not known":           {[]string{"copied a0"}, nil, "", []string{}},
		"lost":                {[]string{"copied a0"}, nil, "NODE_FAIL", []string{"b0: NODE_FAIL"}},
		"lost, all":           {nil, nil, "NODE_FAIL", []string{"a0: NODE_FAIL", "b0: NODE_FAIL"}},
		"lost, one failed":    {[]string{"failed b0"}, nil, "NODE_FAIL", []string{"a0: NODE_FAIL", "b0: 1"}},
		"lost as it ended":    {[]string{"failed a0", "stopping ", "failed b0"}, nil, "TIMEOUT", []string{"a0: 1", "b0: TIMEOUT"}},
		"ended, then done":    {[]string{"stopping ", "failed a0"}, []string{"failed a0", "copied b0"}, "", []string{"a0: 2"}},
		"a name of no list":   {[]string{"failed c0"}, nil, "", []string{}},
		"each by another":     {[]string{"copied a0"}, []string{"made b0"}, "NODE_FAIL", []string{}},
		"one of each attempt": {[]string{"failed a0"}, []string{"failed b0"}, "", []string{"a0: 1", "b0: 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := drive(t, newFolder(t, Request{}), 1)
			tried := &attempts{}
			for n, events := range [][]string{row.first, row.second} {
				name := attemptName(0, n, 0, "7_0")
				r := recordOf(t, d.Folder, name)
				for _, e := range events {
					kind, file, _ := strings.Cut(e, " ")
					r.tells(event.Event{Kind: event.Kind(kind), File: file, Error: fmt.Sprint(n + 1)})
				}
				a := tried.add(&attempt{file: d.in("events", part(0), name), generation: n})
				must(t, a.read(readMost, func(event.Event) {}))
			}
			got := []string{}
			must(t, tried.failures(d.list(0), row.why, func(a *attempt, e event.Event) {
				got = append(got, e.File+": "+e.Error)
				if told := e.Error != row.why; told != (a != nil) || e.Kind != event.Failed {
					t.Errorf("%+v is of %+v", e, a)
				}
			}))
			if !slices.Equal(got, row.want) {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

// TestLatest: the later submission counts, then the later start.
func TestLatest(t *testing.T) {
	tried := &attempts{}
	if tried.latest() != nil || tried.done(0) != nil {
		t.Error("there is none")
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
		t.Error("not the one that is done")
	}
}
