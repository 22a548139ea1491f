package view_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// TestSay: a log in text has sizes, rates and times as people write them, and a log in JSON has numbers.
func TestSay(t *testing.T) {
	var s status.Standing
	var last event.Event
	for _, last = range read(t, onNodes) {
		s.Apply(last)
	}
	const people = `[INFO]  brood: progress: 101 MiB of 1.0 GiB, 9 %, 0 of 12 files, 2 at work, 33 MiB/s, 28 s left, 2 tasks on 2 nodes, 2 tasks waiting (Resources)
[INFO]  brood: child at work: copy-2 51@gpu-c…ong-name-2 "b.mov", 1.0 MiB of 4.0 MiB, 25 %, 512 KiB/s, copying
[INFO]  brood: child at work: copy-1 51@n1 "holiday/on the beach/sunrise over the sea.mp4", 100 MiB of 200 MiB, 50 %, 50 MiB/s, copying
`
	const programs = `{"@level":"info","@message":"progress","@module":"brood","bytes":105906176,"duration":3,"failed":0,"files":0,"left":27.69,"nodes":2,"of":12,"rate":34952533,"reason":"Resources","running":2,"size":1073741824,"tasks":2,"waiting":2}
{"@level":"info","@message":"child at work","@module":"brood","bytes":1048576,"file":"b.mov","name":"copy-2","node":"gpu-cabinet-with-a-long-name-2","pid":51,"rate":524288,"size":4194304}
{"@level":"info","@message":"child at work","@module":"brood","bytes":104857600,"file":"holiday/on the beach/sunrise over the sea.mp4","name":"copy-1","node":"n1","pid":51,"rate":52428800,"size":209715200}
`
	for want, asJSON := range map[string]bool{people: false, programs: true} {
		var out strings.Builder
		options := hclog.LoggerOptions{Name: "brood", Output: &out, DisableTime: true, JSONFormat: asJSON}
		view.Say(options, &s, last.Time, true)
		if out.String() != want {
			t.Errorf("got\n%s\nwant\n%s", out.String(), want)
		}
	}
}

// TestSayOfTrouble: the text names failures, a child without progress, and which of several files it has.
func TestSayOfTrouble(t *testing.T) {
	var s status.Standing
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, e := range []event.Event{
		{Kind: event.Begun, PID: 40},
		{Kind: event.Failed, File: "a"},
		{Kind: event.Started, Name: "copy-1", PID: 41, File: "\x1b[2J", Items: 3},
		{Kind: event.Silent, Name: "copy-1", PID: 41, Reason: "no progress", State: "D"},
	} {
		e.Time = at
		s.Apply(e)
	}
	const want = `[INFO]  brood: progress: 0 B, 1 file, 1 at work, 0 B/s, %s so far, 1 failed
[INFO]  brood: child at work: copy-1 41 1/3 "\x1b[2J", 0 B/s, no progress (D)
`
	for after, said := range map[time.Duration]string{
		5 * time.Second: "5 s", 754 * time.Second: "12 min 34 s", 62 * time.Minute: "1 h 2 min",
	} {
		var out strings.Builder
		view.Say(hclog.LoggerOptions{Name: "brood", Output: &out, DisableTime: true}, &s, at.Add(after), true)
		if want := fmt.Sprintf(want, said); out.String() != want {
			t.Errorf("got\n%s\nwant\n%s", out.String(), want)
		}
	}
}
