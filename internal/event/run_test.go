package event_test

import (
	"strings"
	"testing"

	"brood/internal/event"
)

// TestReadRun checks which events of a record are read, and what the error says about the rest.
func TestReadRun(t *testing.T) {
	const (
		begun    = `{"kind":"begun","version":2}` + "\n"
		copied   = `{"kind":"copied","file":"a"}` + "\n"
		finished = `{"kind":"finished","links":0}` + "\n"

		part   = "only a part could be read, "
		killed = "it has no end: the run was killed, or is under way"
	)
	for name, row := range map[string]struct {
		record string
		kinds  string
		err    string // "" for none
	}{
		"whole":           {begun + copied + finished, "begun copied finished", ""},
		"without its end": {begun + copied, "begun copied", part + "2 events: " + killed},
		"cut off": {begun + copied + finished[:9], "begun copied",
			part + "2 events: it is cut off in the middle of a line"},
		"something between": {begun + "what?\n" + copied + finished, "begun copied finished",
			part + "3 events: lines that are not events: 1"},
		"both": {begun + "what?\n{}\n" + copied, "begun copied",
			part + "2 events: " + killed + "; lines that are not events: 2"},
		"two runs": {begun + copied + finished + begun, "begun copied finished",
			part + "3 events: another run begins after it"},
		"two runs, one cut off": {begun + copied + begun + finished, "begun copied",
			part + "2 events: another run begins after it"},
		"newer": {`{"kind":"begun","version":5}` + "\n", "",
			"is of version 5, and this brood reads version 4"},
		"no record":              {"#!/bin/sh\n", "", event.ErrNoRecord.Error()},
		"other JSON":             {`{"a":1}` + "\n", "", event.ErrNoRecord.Error()},
		"begins in the middle":   {copied + finished, "", event.ErrNoRecord.Error()},
		"empty":                  {"", "", event.ErrNoRecord.Error()},
		"a kind that is unknown": {begun + `{"kind":"sung"}` + "\n" + finished, "begun sung finished", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var kinds []string
			take := func(e event.Event) { kinds = append(kinds, string(e.Kind)) }
			err := event.ReadRun(strings.NewReader(row.record), take)
			if got := strings.Join(kinds, " "); got != row.kinds {
				t.Errorf("events %q, want %q", got, row.kinds)
			}
			if err == nil && row.err != "" || err != nil && err.Error() != row.err {
				t.Errorf("%v, want %q", err, row.err)
			}
		})
	}
}
