package plan_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"brood/internal/event"
	"brood/internal/plan"
)

// record returns the record of a complete run with these events.
func record(t *testing.T, events ...event.Event) string {
	t.Helper()
	return killed(t, append(events, event.Event{Kind: event.Finished, Totals: &event.Totals{}})...)
}

// killed returns the record of a run that was killed after these events.
func killed(t *testing.T, events ...event.Event) string {
	t.Helper()
	var out bytes.Buffer
	must(t, event.Write(&out, event.Event{Kind: event.Begun, Version: event.Version, Source: "s", Dest: "d"}))
	for _, e := range events {
		must(t, event.Write(&out, e))
	}
	return out.String()
}

// about returns an event about a file.
func about(kind event.Kind, file string) event.Event { return event.Event{Kind: kind, File: file} }

func failed(name string) event.Event {
	return event.Event{Kind: event.Failed, Name: "copy-1", File: name, Error: "read: input/output error"}
}

// A run with Only does the names that failed in a recorded run.
func TestOnly(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "a", "b", "in\xff", "x/c", "x/y/d", "x/y/e", "x/y/l -> anything", "x/z/", "w/f", "now/")
	must(t, os.Remove(src+"/now"))
	makeTree(t, src, "now")
	for name, row := range map[string]struct {
		record  string
		opts    plan.Options
		want    string // files + folders and links
		failed  string
		partial bool
	}{
		"none":             {record: record(t), want: "+ ."},
		"a file":           {record: record(t, failed("a")), want: "a + ."},
		"no UTF-8":         {record: record(t, failed("in\xff")), want: "in\xff + ."},
		"deep, and a link": {record: record(t, failed("x/y/d"), failed("x/y/l")), want: "x/y/d + . x x/y x/y/l"},
		"in several": {record: record(t, failed("w/f"), failed("x/y/e"), failed("b")),
			want: "b w/f x/y/e + . w x x/y"},
		"a folder":       {record: record(t, failed("x/y")), want: "x/y/d x/y/e + . x x/y x/y/l"},
		"one in it, too": {record: record(t, failed("x/y/d"), failed("x/y")), want: "x/y/d x/y/e + . x x/y x/y/l"},
		"all": {record: record(t, failed("."), failed("a")),
			want: "a b in\xff now w/f x/c x/y/d x/y/e + . w x x/y x/y/l x/z"},

		"copied afterwards": {record: record(t, failed("a"), failed("b"), about(event.Copied, "a")), want: "b + ."},
		"and failed again":  {record: record(t, about(event.Copied, "a"), failed("a")), want: "a + ."},
		"made, verified, linked afterwards": {record: record(t, failed("x"), failed("a"), failed("x/y/l"),
			event.Event{Kind: event.Made, Name: "folders-1", File: "x"},
			about(event.Verified, "a"), about(event.Linked, "x/y/l")), want: "+ ."},
		"skipped afterwards": {record: record(t, failed("a"), about(event.Skipped, "a")), want: "a + ."},
		"a folder that could not be read is made all the same": {record: record(t,
			event.Event{Kind: event.Failed, File: "w", Error: "read folder: permission denied"},
			event.Event{Kind: event.Made, Name: "folders-1", File: "w"}),
			want: "w/f + . w"},
		"two runs": {record: record(t, failed("a"), failed("b")) + record(t, about(event.Copied, "b"),
			failed("x/c")), want: "a x/c + . x"},

		"and the second was killed": {record: record(t, failed("a")) + killed(t, about(event.Started, "b")),
			want: "a b + .", partial: true},

		"killed": {record: killed(t, about(event.Started, "a"), about(event.Started, "b"),
			about(event.Progress, "w/f"), about(event.Copied, "a")), want: "b w/f + . w", partial: true},
		"killed after one was skipped": {record: killed(t, about(event.Started, "a"), about(event.Skipped, "a"),
			failed("b")),
			want: "b + .", partial: true},
		"killed in the middle of a line": {record: killed(t, failed("a")) + `{"kind":"copied","file":"a`,
			want: "a + .", partial: true},
		"stopped": {record: record(t, failed("a"),
			event.Event{Kind: event.Stopping, Signal: "SIGINT"}), want: "a + .", partial: true},
		"started, but the run has ended": {record: record(t, about(event.Started, "a"), failed("b")), want: "b + ."},

		"gone": {record: record(t, failed("a"), failed("gone")), want: "a + .",
			failed: "gone: stat: no such file or directory"},
		"gone with folder": {record: record(t, failed("g/h/i"), failed("g/j")), want: "+ .",
			failed: "g/h/i: stat: no such file or directory g/j: stat: no such file or directory"},
		"a file now": {record: record(t, failed("now/f")), want: "+ .",
			failed: "now/f: stat: not a directory"},
		"gone, not included": {record: record(t, failed("gone")), opts: plan.Options{Include: []string{"a"}},
			want: "+", failed: "gone: stat: no such file or directory"},
		"gone, but excluded": {record: record(t, failed("gone"), failed("g/h")),
			opts: plan.Options{Exclude: []string{"gone", "h"}}, want: "+ ."},

		"included": {record: record(t, failed("x/y"), failed("x/c")),
			opts: plan.Options{Include: []string{"e"}}, want: "x/y/e + . x x/y"},
		"excluded": {record: record(t, failed("x/y"), failed("x/c")),
			opts: plan.Options{Exclude: []string{"e", "c"}}, want: "x/y/d + . x x/y x/y/l"},
		"in a folder that is": {record: record(t, failed("x/y/d"), failed("b")),
			opts: plan.Options{Exclude: []string{"x"}}, want: "b + ."},
	} {
		t.Run(name, func(t *testing.T) {
			only, err := plan.Failed(strings.NewReader(row.record))
			must(t, err)
			if !slices.Equal(only.Sources, []string{"s"}) || only.Dest != "d" || only.Partial != row.partial {
				t.Errorf("source %q, dest %q, partial %v; want s, d, %v", only.Sources, only.Dest, only.Partial,
					row.partial)
			}
			row.opts.Only = only
			batches, seen := runAll(t, plan.Tree{Source: src, Dest: src + "/none"}, row.opts)
			files, rest := filesAndRest(batches)
			if got := strings.TrimSpace(strings.Join(files, " ") + " + " + strings.Join(rest, " ")); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
			if got := strings.Join(seen.of(event.Failed), " "); got != row.failed {
				t.Errorf("failed %q, want %q", got, row.failed)
			}
			if row.want == "+ ." && row.failed == "" && len(row.opts.Exclude) == 0 && !only.Empty() {
				t.Error("Empty returned false")
			}
		})
	}
}

// Only also works for a tree of one file.
func TestOnlyOneFile(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "a", "b")
	only, err := plan.Failed(strings.NewReader(record(t, failed("a"))))
	must(t, err)
	for file, want := range map[string]string{"a": "a", "b": ""} {
		batches, seen := runAll(t, plan.Tree{Source: src, Dest: src + "/none", Names: []string{file}}, plan.Options{Only: only})
		files, rest := filesAndRest(batches)
		if got := strings.Join(append(files, rest...), " "); got != want || len(seen.all) > 0 {
			t.Errorf("%s: files %q, want %q; events %v", file, got, want, seen.all)
		}
	}
}

// Failed returns an error for anything but the record of a copy.
func TestNoRecord(t *testing.T) {
	line := func(e event.Event) string {
		var out bytes.Buffer
		must(t, event.Write(&out, e))
		return out.String()
	}
	for name, row := range map[string]struct{ record, want string }{
		"empty":        {"", "no record of a run"},
		"another file": {"#!/bin/sh\necho\n", "no record of a run"},
		"other JSON":   {"{}\n{\"file\":\"a\"}\n", "no record of a run"},
		"of a lesson":  {line(event.Event{Kind: event.Begun, Version: 1}), "no record of a run"},
		"of a dry run": {line(event.Event{Kind: event.Begun, Version: 1, Source: "s", DryRun: true}),
			"no record of a run"},
		"of a comparison": {line(event.Event{Kind: event.Begun, Version: 1, Source: "s", Verify: true}),
			"no record of a run"},
		"a line that is none": {killed(t, failed("a")) + "oops\x1b\n", `line 3: not an event: "oops\x1b"`},
		"newer": {line(event.Event{Kind: event.Begun, Version: event.TraceVersion + 1, Source: "s"}),
			"line 1: is of version 5, and this brood reads version 4"},
		"a name outside":   {record(t, failed("../a\x1b")), `file "../a\x1b": is not a name inside a folder`},
		"an absolute name": {record(t, failed("/a")), `file "/a": is not a name inside a folder`},
		"a name with dots": {record(t, failed("a/./b")), `file "a/./b": is not a name inside a folder`},
	} {
		t.Run(name, func(t *testing.T) {
			only, err := plan.Failed(strings.NewReader(row.record))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, %v; want %s", only, err, row.want)
			}
		})
	}
	if _, err := plan.Failed(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(record(t))))); err == nil {
		t.Error("Failed returned no error for a record that cannot be read")
	}
}
