package event_test

import (
	"errors"
	"strings"
	"testing"

	"brood/internal/event"
)

// TestReadRun: what could be read is taken, and what could not is said.
func TestReadRun(t *testing.T) {
	const begun, copied, finished = `{"kind":"begun","version":2}` + "\n", `{"kind":"copied","file":"a"}` + "\n", `{"kind":"finished","links":0}` + "\n"
	for name, row := range map[string]struct {
		record string
		kinds  string
		err    string // "" for none
	}{
		"whole":                  {begun + copied + finished, "begun copied finished", ""},
		"without its end":        {begun + copied, "begun copied", "only a part could be read, 2 events: it has no end: the run was killed, or is under way"},
		"cut off":                {begun + copied + finished[:9], "begun copied", "only a part could be read, 2 events: it is cut off in the middle of a line"},
		"something between":      {begun + "what?\n" + copied + finished, "begun copied finished", "only a part could be read, 3 events: lines that are not events: 1"},
		"both":                   {begun + "what?\n{}\n" + copied, "begun copied", "only a part could be read, 2 events: it has no end: the run was killed, or is under way; lines that are not events: 2"},
		"two runs":               {begun + copied + finished + begun, "begun copied finished", "only a part could be read, 3 events: another run begins after it"},
		"two runs, one cut off":  {begun + copied + begun + finished, "begun copied", "only a part could be read, 2 events: another run begins after it"},
		"newer":                  {`{"kind":"begun","version":3}` + "\n", "", "is of version 3, and this brood reads version 2"},
		"no record":              {"#!/bin/sh\n", "", event.ErrNoRecord.Error()},
		"other JSON":             {`{"a":1}` + "\n", "", event.ErrNoRecord.Error()},
		"begins in the middle":   {copied + finished, "", event.ErrNoRecord.Error()},
		"empty":                  {"", "", event.ErrNoRecord.Error()},
		"a kind that is unknown": {begun + `{"kind":"sung"}` + "\n" + finished, "begun sung finished", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var kinds []string
			err := event.ReadRun(strings.NewReader(row.record), func(e event.Event) { kinds = append(kinds, string(e.Kind)) })
			if got := strings.Join(kinds, " "); got != row.kinds {
				t.Errorf("events %q, want %q", got, row.kinds)
			}
			if said := errors.Join(err, nil); (said == nil) != (row.err == "") || said != nil && err.Error() != row.err {
				t.Errorf("%v, want %q", err, row.err)
			}
		})
	}
}
