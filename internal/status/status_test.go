package status_test

import (
	"reflect"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

var begun = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestRun(t *testing.T) {
	first := event.Event{Kind: event.Begun, Time: begun, PID: 40, PPID: 2, Source: "a", Dest: "b", Slots: 4}
	for name, row := range map[string]struct {
		events []event.Event
		want   status.Totals
	}{
		"nothing": {nil, status.Totals{}},
		"begun":   {[]event.Event{first}, status.Totals{PID: 40, PPID: 2, Source: "a", Dest: "b", Begun: begun}},
		"--jobs auto": {
			[]event.Event{{Kind: event.Begun, Time: begun, Slots: 2, Auto: true},
				{Kind: event.Adjusted, Slots: 4, Trying: true}, {Kind: event.Adjusted, Slots: 4},
				{Kind: event.Adjusted, Slots: 8, Trying: true}},
			status.Totals{Begun: begun, Slots: 4},
		},
		"--jobs auto, until a user sets a number": {
			[]event.Event{{Kind: event.Begun, Time: begun, Slots: 2, Auto: true}, {Kind: event.Adjusted, Slots: 4},
				{Kind: event.Adjusted, Slots: 3, Reason: event.ReasonLimit}},
			status.Totals{Begun: begun},
		},
		"files and their bytes": {
			[]event.Event{{Kind: event.Copied, File: "f", Bytes: 3}, {Kind: event.Copied, File: "g", Bytes: 1 << 40}},
			status.Totals{Files: 2, Bytes: 1<<40 + 3},
		},
		"links, folders, skipped, failed": {
			[]event.Event{{Kind: event.Linked}, {Kind: event.Made}, {Kind: event.Made}, {Kind: event.Skipped},
				{Kind: event.Skipped}, {Kind: event.Skipped}, {Kind: event.Failed}},
			status.Totals{Links: 1, Folders: 2, Skipped: 3, Failed: 1, Failures: []status.Failure{{}}},
		},
		"the most children at once": {
			[]event.Event{{Kind: event.Started}, {Kind: event.Started}, {Kind: event.Exited}, {Kind: event.Started},
				{Kind: event.Exited}, {Kind: event.Exited}, {Kind: event.Started}},
			status.Totals{Children: 4, Running: 1, Peak: 2},
		},
		"bytes of the end of a child are those of its files": {
			[]event.Event{{Kind: event.Started}, {Kind: event.Copied, Bytes: 7}, {Kind: event.Exited, Bytes: 7}},
			status.Totals{Children: 1, Peak: 1, Files: 1, Bytes: 7},
		},
		"the first signal counts": {
			[]event.Event{{Kind: event.Stopping, Signal: "SIGINT"}, {Kind: event.Stopping, Signal: "SIGTERM"}},
			status.Totals{Stopped: "SIGINT"},
		},
		"verified while it was copied, and one from before": {
			[]event.Event{{Kind: event.Copied, Bytes: 7, Hash: "xxh64", Digest: "aa"},
				{Kind: event.Verified, Bytes: 5, Hash: "xxh64", Digest: "bb"}},
			status.Totals{Files: 1, Bytes: 7, Skipped: 1, Hash: "xxh64", Digest: "bb", Verified: 2},
		},
		"two sides compared": {
			[]event.Event{{Kind: event.Begun, Verify: true},
				{Kind: event.Verified, Bytes: 5, Hash: "md5", Digest: "bb"},
				{Kind: event.Differs, Reason: event.ReasonMissing}, {Kind: event.Differs, Reason: event.ReasonExtra},
				{Kind: event.Differs, Reason: event.ReasonSize}, {Kind: event.Differs, Reason: event.ReasonContents}},
			status.Totals{Verify: true, Files: 1, Bytes: 5, Hash: "md5", Digest: "bb", Verified: 1,
				Missing: 1, Extra: 1, Different: 2},
		},
		"what was lost": {
			[]event.Event{{Kind: event.Copied, Lost: []string{"owner", "ACL"}},
				{Kind: event.Made, Lost: []string{"owner"}}, {Kind: event.Linked, Lost: []string{"owner"}}},
			status.Totals{Files: 1, Folders: 1, Links: 1, Lost: map[string]int{"owner": 3, "ACL": 1}},
		},
		"tried again, abandoned, halted": {
			[]event.Event{{Kind: event.Started}, {Kind: event.Stalled}, {Kind: event.Exited, Error: "abandoned"},
				{Kind: event.Retried, Attempt: 1}, {Kind: event.Started}, {Kind: event.Exited}, {Kind: event.Failed},
				{Kind: event.Stopping, Reason: "1 failed"}},
			status.Totals{Children: 2, Peak: 1, Abandoned: 1, Retried: 1, Failed: 1, Halted: "1 failed",
				Failures: []status.Failure{{}}},
		},
		"a cluster": {
			[]event.Event{{Kind: event.Submitted, Array: "81", Tasks: 2},
				{Kind: event.Pending, Tasks: 2, Reason: "Resources"}},
			status.Totals{},
		},
		"no totals": {
			[]event.Event{{Kind: event.Limited, Slots: 3}, {Kind: event.Retried}, {Kind: event.Progress, Bytes: 9},
				{Kind: "of the future", Bytes: 9}},
			status.Totals{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got status.Totals
			for _, e := range row.events {
				got.Apply(e)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
		})
	}
}

func TestFinished(t *testing.T) {
	run := status.Totals{
		PID: 40, PPID: 2, Source: "a", Dest: "b", Begun: begun,
		Files: 3, Bytes: 600, Links: 1, Folders: 2, Skipped: 4, Failed: 5, Children: 6, Peak: 2, Stopped: "SIGINT",
		Hash: "xxh128", Digest: "aa", Verified: 3, Missing: 7, Extra: 8, Different: 9,
		Lost: map[string]int{"owner": 2},
	}
	for name, row := range map[string]struct {
		took           time.Duration
		duration, rate float64
	}{
		"after a while":     {1500 * time.Millisecond, 1.5, 400},
		"in no time at all": {0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			now := begun.Add(row.took)
			got := run.Finished(now)
			want := event.Event{
				Time: now, Kind: event.Finished, Source: "a", Dest: "b", Signal: "SIGINT",
				Files: 3, Bytes: 600, Duration: row.duration,
				Hash: "xxh128", // and no digest, because there are three files
				Totals: &event.Totals{Links: 1, Skipped: 4, Failed: 5, Children: 6, Peak: 2, Rate: row.rate,
					Verified: 3, Missing: 7, Extra: 8, Different: 9, Losses: map[string]int{"owner": 2}},
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v %+v\nwant %+v %+v", got, got.Totals, want, want.Totals)
			}
		})
	}
}
