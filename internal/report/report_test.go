package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/report"
	"brood/internal/status"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// recorded returns the time line of a record in testdata.
func recorded(t *testing.T, name string) *status.Timeline {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var tl status.Timeline
	if err := event.ReadRun(file, tl.Apply); err != nil {
		t.Fatal(err)
	}
	return &tl
}

func timelineOf(events ...event.Event) *status.Timeline {
	var tl status.Timeline
	for _, e := range events {
		tl.Apply(e)
	}
	return &tl
}

func pageOf(t *testing.T, tl *status.Timeline, lang string) string {
	t.Helper()
	var page strings.Builder
	if err := report.HTML(&page, tl, lang); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var embedded = regexp.MustCompile(`(?s)<script type="application/json" id="record">(.*?)</script>`)

// dataOf returns the record in a page, with one part a line.
func dataOf(t *testing.T, page string) []byte {
	t.Helper()
	found := embedded.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page has no record")
	}
	var parts struct {
		Lives map[string]json.RawMessage `json:"lives"`
		Files map[string]json.RawMessage `json:"files"`
		Rest  map[string]json.RawMessage `json:"-"`
	}
	if err := json.Unmarshal([]byte(found[1]), &parts); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(found[1]), &parts.Rest); err != nil {
		t.Fatal(err)
	}
	delete(parts.Rest, "lives")
	delete(parts.Rest, "files")
	var lines bytes.Buffer
	for _, part := range []struct {
		name   string
		fields map[string]json.RawMessage
	}{{"", parts.Rest}, {"lives.", parts.Lives}, {"files.", parts.Files}} {
		for _, name := range slices.Sorted(maps.Keys(part.fields)) {
			fmt.Fprintf(&lines, "%s%s %s\n", part.name, name, part.fields[name])
		}
	}
	return lines.Bytes()
}

// TestDataOfRecordedRuns: the page has the data of the record in the same order.
func TestDataOfRecordedRuns(t *testing.T) {
	for _, name := range []string{"copy", "orphan", "zombie", "killed", "cluster", "traced"} {
		t.Run(name, func(t *testing.T) {
			wantGolden(t, name, dataOf(t, pageOf(t, recorded(t, name), "en")))
		})
	}
}

// TestDataOfVersion1 checks that the page of a record of version 1 has the same data as version 1 gave it.
func TestDataOfVersion1(t *testing.T) {
	for _, name := range []string{"copy", "verify", "cluster", "lesson"} {
		t.Run(name, func(t *testing.T) {
			of := func(version string) []byte {
				return dataOf(t, pageOf(t, recorded(t, "../../event/testdata/"+name+version), "en"))
			}
			wantGolden(t, "version1-"+name, of(".1"))
			if a, b := of(".1"), of(".2"); !bytes.Equal(a, b) {
				t.Errorf("%s, want as of version 2\n%s", a, b)
			}
		})
	}
}

// wantGolden compares with a golden file, or with -update writes it.
func wantGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	golden := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s, want\n%s", got, want)
	}
}

// TestLanguage: the page begins in the requested language, or in English if there is none.
func TestLanguage(t *testing.T) {
	for lang, want := range map[string]string{"en": "en", "zh": "zh", "": "en", `"><script>`: "en"} {
		if page := pageOf(t, recorded(t, "zombie"), lang); !strings.Contains(page, `<html lang="`+want+`">`) {
			t.Errorf("%q: %.60s", lang, page)
		}
	}
}

// hostile are names that try to break out of the page or to deceive a reader.
var hostile = []struct{ what, name, shown string }{
	{"closing the script", `</script><script>window.hacked=1</script>`, `</script><script>window.hacked=1</script>`},
	{"an element", `<img src=x onerror=window.hacked=1>`, `<img src=x onerror=window.hacked=1>`},
	{"a comment", `<!--<script>`, `<!--<script>`},
	{"a quote", `"+(window.hacked=1)+"`, `"\"+(window.hacked=1)+\""`},
	{"a marker of the page", `{{script}}`, `{{script}}`},
	{"a newline", "two\nlines", `"two\nlines"`},
	{"a line separator", "two\u2028lines", `"two\u2028lines"`},
	{"right to left", "gpj.\u202eexe", `"gpj.\u202eexe"`},
	{"the terminal", "\x1b[2Jgone", `"\x1b[2Jgone"`},
	{"no UTF-8", "caf\xe9", `"caf\xe9"`},
	{"a property of every object", "__proto__", "__proto__"},
}

// hostileRun uses them in place of all names and reasons.
func hostileRun() *status.Timeline {
	begun := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	events := []event.Event{{Time: begun, Kind: event.Begun, PID: 10, PPID: 1, Version: event.Version, Source: hostile[0].name, Dest: hostile[7].name}}
	at := func(e event.Event) {
		e.Time = begun.Add(time.Duration(len(events)) * time.Millisecond)
		events = append(events, e)
	}
	for i, h := range hostile {
		pid := 100 + i
		at(event.Event{Kind: event.Started, Name: h.name, PID: pid, PPID: 10, Node: h.name, File: h.name, Items: 1, Command: []string{h.name}})
		at(event.Event{Kind: event.Progress, PID: pid, Node: h.name, File: h.name, Bytes: 1, Size: 2, Phase: h.name})
		at(event.Event{Kind: event.Signalled, PID: pid, Node: h.name, Sender: 10, Signal: h.name})
		at(event.Event{Kind: event.Failed, PID: pid, Node: h.name, File: h.name, Error: "open " + h.name})
		at(event.Event{Kind: event.Exited, PID: pid, Node: h.name, File: h.name, ExitCode: new(-9), Signal: h.name, Error: h.name})
	}
	at(event.Event{Kind: event.Stopping, Reason: hostile[0].name})
	at(event.Event{Kind: event.Finished, Totals: &event.Totals{}})
	return timelineOf(events...)
}

// TestHostileNamesStayInTheRecord: no name ends its element, and no name has bytes that a browser or an editor
// reads as anything but text.
func TestHostileNamesStayInTheRecord(t *testing.T) {
	page := pageOf(t, hostileRun(), "en")
	plain := pageOf(t, recorded(t, "zombie"), "en")
	for _, mark := range []string{"<script", "</script", "<!--", "<img", "{{"} {
		got, want := strings.Count(page, mark), strings.Count(plain, mark)
		if mark == "{{" { // a name
			want += strings.Count(embedded.FindString(page), mark)
		}
		if got != want {
			t.Errorf("the page has %q %d times, want %d", mark, got, want)
		}
	}
	unseen := regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x9f\x{2028}-\x{202e}\x{2066}-\x{2069}\x{fffd}]`)
	if found := unseen.FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	var data struct{ Texts []string }
	if err := json.Unmarshal([]byte(embedded.FindStringSubmatch(page)[1]), &data); err != nil {
		t.Fatal(err)
	}
	for _, h := range hostile {
		if !strings.Contains("\n"+strings.Join(data.Texts, "\n")+"\n", "\n"+h.shown+"\n") {
			t.Errorf("%s: %q does not appear as %s", h.what, h.name, h.shown)
		}
	}
}

// TestPolicy: the page may not make requests, and contains no address.
func TestPolicy(t *testing.T) {
	page := pageOf(t, recorded(t, "zombie"), "en")
	found := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page has no policy")
	}
	const hash = `'sha256-[\w+/]{43}='`
	want := regexp.MustCompile(`^default-src 'none'; script-src ` + hash + `; style-src ` + hash +
		`; img-src data:; base-uri 'none'; form-action 'none'$`)
	if !want.MatchString(found[1]) {
		t.Errorf("the policy is %q", found[1])
	}
	forbidden := regexp.MustCompile(`https?:|//[a-z]+\.|@import|url\(|innerHTML|insertAdjacentHTML|` +
		`document\.write|\beval\(|new Function`)
	if found := forbidden.FindAllString(page, -1); found != nil {
		t.Errorf("the page has %q", found)
	}
}

// manyChildren is a run of n children, eight at once.
func manyChildren(n int) *status.Timeline {
	begun := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	var tl status.Timeline
	at := func(after time.Duration, e event.Event) {
		e.Time = begun.Add(after)
		tl.Apply(e)
	}
	at(0, event.Event{Kind: event.Begun, PID: 10, PPID: 1, Version: event.Version, Source: "/media/card", Dest: "/disk"})
	const step = 2500 * time.Microsecond
	name := func(i int) string { return fmt.Sprintf("DCIM/%03d/clip-of-the-day-%05d.mov", i/100, i) }
	for i := range n + 8 {
		now := time.Duration(i) * step
		if i >= 8 {
			done, pid := i-8, 1000+i-8
			at(now, event.Event{Kind: event.Progress, PID: pid, File: name(done), Bytes: 1 << 20, Size: 1 << 20, Phase: "verifying"})
			if done%500 == 7 {
				at(now+step/4, event.Event{Kind: event.Failed, PID: pid, File: name(done), Error: "write: no space left on device"})
			} else {
				at(now+step/4, event.Event{Kind: event.Copied, PID: pid, File: name(done), Bytes: 1 << 20})
			}
			at(now+step/2, event.Event{Kind: event.Exited, PID: pid, File: name(done), ExitCode: new(0), Bytes: 1 << 20, Zombie: 0.0001, User: 0.004, MaxRSS: 10 << 20})
		}
		if i < n {
			at(now+step/2, event.Event{Kind: event.Started, Name: fmt.Sprintf("copy-%d", i+1), PID: 1000 + i, PPID: 10, File: name(i), Items: 1, Duration: 0.0007})
		}
	}
	at(time.Duration(n+9)*step, event.Event{Kind: event.Finished, Totals: &event.Totals{}})
	return &tl
}

// TestTenThousandChildrenAreSmall: the page of a big run stays small enough to send and to open.
func TestTenThousandChildrenAreSmall(t *testing.T) {
	if size := len(pageOf(t, manyChildren(10000), "en")); size > 5<<20 {
		t.Errorf("%d bytes", size)
	} else {
		t.Logf("%d bytes", size)
	}
}
