package event_test

import (
	"bytes"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/event/eventtest"
)

var update = flag.Bool("update", false, "write the golden files")

// TestVersion1Records reads real records of version 1. Each one becomes a whole record of version 2, which the schema
// allows.
func TestVersion1Records(t *testing.T) {
	for _, name := range []string{"copy", "verify", "cluster", "lesson"} {
		t.Run(name, func(t *testing.T) {
			record, err := os.Open("testdata/" + name + ".1.jsonl")
			if err != nil {
				t.Fatal(err)
			}
			defer record.Close()
			var got bytes.Buffer
			w := event.NewWriter(&got)
			err = event.ReadRun(record, func(e event.Event) {
				if err := w.Write(e); err != nil {
					t.Error(err)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			eventtest.Validate(t, got.Bytes())
			golden := "testdata/" + name + ".2.jsonl"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("read as\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}

// TestVersion1Events translates each field that has another name or meaning in version 2.
func TestVersion1Events(t *testing.T) {
	const begun1, begun2 = `{"kind":"begun","version":1}`, `{"kind":"begun","version":2}`
	for name, row := range map[string]struct {
		before, line string
		want         event.Event
	}{
		"begun": {begun2, `{"kind":"begun","version":1,"jobs":4,"auto":true}`,
			event.Event{Kind: event.Begun, Version: 2, Slots: 4, Auto: true}},
		"begun of a task": {begun1, `{"kind":"begun","version":1,"jobs":4,"task":"81_3","files":7}`,
			event.Event{Kind: event.Begun, Version: 2, Slots: 4, Task: "81_3", Items: 7}},
		"limited": {begun1, `{"kind":"limited","jobs":4,"asked":9}`,
			event.Event{Kind: event.Limited, Slots: 4, Asked: 9}},
		"adjusted": {begun1, `{"kind":"adjusted","jobs":4}`, event.Event{Kind: event.Adjusted, Slots: 4}},
		"trying": {begun1, `{"kind":"adjusted","jobs":4,"phase":"trying"}`,
			event.Event{Kind: event.Adjusted, Slots: 4, Trying: true}},
		"measured": {begun1, `{"kind":"measured","files":7,"size":9}`,
			event.Event{Kind: event.Measured, Items: 7, Size: 9}},
		"submitted": {begun1, `{"kind":"submitted","task":"81","jobs":3,"files":7}`,
			event.Event{Kind: event.Submitted, Array: "81", Tasks: 3, Items: 7}},
		"pending": {begun1, `{"kind":"pending","jobs":3}`, event.Event{Kind: event.Pending, Tasks: 3}},
		"started": {begun1, `{"kind":"started","ppid":2,"task":"81_3","files":7}`,
			event.Event{Kind: event.Started, PPID: 2, Task: "81_3", Items: 7}},
		"progress": {begun1, `{"kind":"progress","phase":"syncing"}`,
			event.Event{Kind: event.Progress, Phase: event.Syncing}},
		"signalled": {begun1, `{"kind":"signalled","ppid":2}`, event.Event{Kind: event.Signalled, Sender: 2}},
		"adopted":   {begun1, `{"kind":"adopted","ppid":2}`, event.Event{Kind: event.Adopted, PPID: 2}},
		"finished": {begun1, `{"kind":"finished","jobs":4,"files":7,"tasks":3,"nodes":2}`,
			event.Event{Kind: event.Finished, Slots: 4, Files: 7, Tasks: 3, Totals: &event.Totals{Nodes: 2}}},
		"version 2": {begun2, `{"kind":"finished","slots":4,"files":7,"jobs":9}`,
			event.Event{Kind: event.Finished, Slots: 4, Files: 7}},
		"version 2 after version 1": {begun1 + "\n" + begun2, `{"kind":"started","items":7,"jobs":9}`,
			event.Event{Kind: event.Started, Items: 7}},
		"no version": {`{"kind":"copied"}`, `{"kind":"started","items":7}`,
			event.Event{Kind: event.Started, Items: 7}},
	} {
		t.Run(name, func(t *testing.T) {
			record := row.before + "\n" + row.line + "\n"
			r := event.NewReader(strings.NewReader(record))
			var last event.Event
			for range strings.Count(record, "\n") {
				var err error
				if last, err = r.Next(); err != nil {
					t.Fatal(err)
				}
			}
			if !reflect.DeepEqual(last, row.want) {
				t.Errorf("read as %+v %+v, want %+v %+v", last, last.Totals, row.want, row.want.Totals)
			}
		})
	}
}
