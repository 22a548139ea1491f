package view_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// recordedIn returns the time line of a record of package report.
func recordedIn(t *testing.T, name string) *status.Timeline {
	t.Helper()
	text, err := os.ReadFile("../report/testdata/" + name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return recorded(t, string(text))
}

func svgOf(t *testing.T, tl *status.Timeline, lang string) string {
	t.Helper()
	var out strings.Builder
	if err := view.SVG(&out, tl, lang); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// textsOf returns the texts of a picture, in order.
func textsOf(svg string) (texts []string) {
	for _, found := range regexp.MustCompile(`<text[^>]*>([^<]*)</text>`).FindAllStringSubmatch(svg, -1) {
		texts = append(texts, found[1])
	}
	return texts
}

// TestSVGOfATrace: the picture of a traced program names the program, its processes by their letters, and its marks.
func TestSVGOfATrace(t *testing.T) {
	got := strings.Join(textsOf(svgOf(t, recordedIn(t, "traced"), "en")), "|")
	const want = "bash -c &#39;sleep 9 &amp; kill -STOP $!; (setsid daemon &amp;); wait&#39;: 2.000 s, 5 processes|" +
		"0|0.2 s|0.4 s|0.6 s|0.8 s|1.0 s|1.2 s|1.4 s|1.6 s|1.8 s|2.0 s|" +
		"50 brood|A 51 bash|✗ 2|B 52 sleep|✗ SIGALRM|C 53 bash|✗ 3|D 54 daemon|adopted by pid 1|E 55 bash|" +
		"running|zombie|stopped|a signal|an adoption"
	if got != want {
		t.Errorf("the picture says\n%s\nwant\n%s", got, want)
	}
	for _, title := range []string{"<title>SIGSTOP from A</title>", "<title>SIGALRM from the kernel</title>"} {
		if !strings.Contains(svgOf(t, recordedIn(t, "traced"), "en"), title) {
			t.Errorf("no signal has %s", title)
		}
	}
	if texts := textsOf(svgOf(t, recordedIn(t, "traced"), "zh")); !slices.Contains(texts, "信号") || !slices.Contains(texts, "收养") {
		t.Errorf("the picture in Chinese says %q", texts)
	}
}

// TestSVGOfALesson: the picture of a lesson has its name, if the record has it.
func TestSVGOfALesson(t *testing.T) {
	for lang, want := range map[string]string{"en": "lesson orphan: 0.000 s, 0 processes", "zh": "课程 orphan：0.000 s，0 个进程"} {
		var tl status.Timeline
		tl.Apply(event.Event{Kind: event.Begun, PID: 1, Version: event.Version, Name: "orphan"})
		if got := textsOf(svgOf(t, &tl, lang))[0]; got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
	if got := textsOf(svgOf(t, recordedIn(t, "orphan"), "en"))[0]; got != "0.029 s, 3 processes" {
		t.Errorf("the title of an old record is %q", got)
	}
}

// TestSVGOfACopy: the picture of a copy has no letters, and explains no mark that it lacks.
func TestSVGOfACopy(t *testing.T) {
	texts := textsOf(svgOf(t, recorded(t, recording), "en"))
	if !slices.Contains(texts, "41 copy-1") || slices.Contains(texts, "a signal") || slices.Contains(texts, "an adoption") {
		t.Errorf("the picture says %q", texts)
	}
}

// TestSVGTicksAreRound: the times on the axis are round, whatever the run took.
func TestSVGTicksAreRound(t *testing.T) {
	for took, want := range map[time.Duration]string{
		0:                       "0",
		37 * time.Microsecond:   "0|5 µs|10 µs|15 µs|20 µs|25 µs|30 µs|35 µs",
		1037 * time.Millisecond: "0|0.2 s|0.4 s|0.6 s|0.8 s|1.0 s",
		600 * time.Millisecond:  "0|100 ms|200 ms|300 ms|400 ms|500 ms|600 ms",
		90 * time.Second:        "0|10 s|20 s|30 s|40 s|50 s|60 s|70 s|80 s|90 s",
	} {
		begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		var tl status.Timeline
		tl.Apply(event.Event{Time: begun, Kind: event.Begun, PID: 1, Source: "a", Dest: "b"})
		tl.Apply(event.Event{Time: begun.Add(took), Kind: event.Finished, Totals: &event.Totals{}})
		texts := textsOf(svgOf(t, &tl, "en"))
		if got := strings.Join(texts[1:len(texts)-1], "|"); got != want {
			t.Errorf("%v: ticks %s, want %s", took, got, want)
		}
	}
}

// TestSVGHasRoomForMarks: a mark behind a bar at the right edge is within the picture, and behind a bar that another
// follows it does not cover that.
func TestSVGHasRoomForMarks(t *testing.T) {
	tl := recordedIn(t, "orphan")
	svg := svgOf(t, tl, "en")
	width, _ := strconv.Atoi(regexp.MustCompile(`viewBox="0 0 (\d+)`).FindStringSubmatch(svg)[1])
	found := regexp.MustCompile(`<text x="([\d.]+)"[^>]*>adopted by pid 1<`).FindStringSubmatch(svg)
	if found == nil {
		t.Fatalf("no adoption: %s", svg)
	}
	if x, _ := strconv.ParseFloat(found[1], 64); x+6*float64(len("adopted by pid 1")) > float64(width) {
		t.Errorf("the adoption begins at %g, and the picture is %d wide", x, width)
	}
	lanes := many(3000) // each bar is followed by another
	for _, l := range lanes.Lives {
		l.ExitCode = new(3)
	}
	if n := slices.Index(textsOf(svgOf(t, lanes, "en")), "✗ 3"); n < 0 {
		t.Error("the last bars have no mark")
	}
	if n := strings.Count(svgOf(t, lanes, "en"), "✗ 3"); n > 4 {
		t.Errorf("%d bars have a mark, want only the last of each row", n)
	}
}

// TestTraceOfAFamily: each child of a family has an arrow from its parent, and each deed an instant.
func TestTraceOfAFamily(t *testing.T) {
	var out strings.Builder
	if err := view.Trace(&out, recordedIn(t, "traced")); err != nil {
		t.Fatal(err)
	}
	var trace struct {
		TraceEvents []struct {
			Name, Ph, S string
			TS          float64
			PID, ID     int
			Args        map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out.String()), &trace); err != nil {
		t.Fatal(err)
	}
	from, arrows, instants, names := map[int]int{}, []string{}, []string{}, []string{}
	for _, e := range trace.TraceEvents {
		switch {
		case e.Ph == "s":
			from[e.ID] = e.PID
		case e.Ph == "f":
			arrows = append(arrows, fmt.Sprintf("%d-%d", from[e.ID], e.PID))
		case e.Ph == "i":
			instants = append(instants, fmt.Sprintf("%d %s %s at %g", e.PID, e.S, e.Name, e.TS/1e6))
		case e.Name == "process_name":
			names = append(names, fmt.Sprint(e.Args["name"]))
		}
	}
	for _, c := range []struct {
		what, want string
		got        []string
	}{
		{"arrows", "50-51|51-52|51-53|53-54|51-55", arrows},
		{"names", "brood|A bash|B sleep|C bash|D daemon|E bash", names},
		{"instants", "52 t a group of its own at 0.021|52 t executes sleep at 0.022|52 t SIGSTOP from A at 0.1|" +
			"52 t stopped by SIGSTOP at 0.101|52 t SIGCONT from A at 1|52 t continued at 1.001|" +
			"52 t SIGALRM from the kernel at 1.4|53 t in the group of B at 0.111|53 t adopts orphans at 0.112|" +
			"54 t adopted by pid 1 at 0.123|54 t a session of its own at 0.124|54 t executes daemon at 0.125", instants},
	} {
		if got := strings.Join(c.got, "|"); got != c.want {
			t.Errorf("%s %s\nwant %s", c.what, got, c.want)
		}
	}
}

// TestReportOfATrace: the text has a row for each process of a traced program, with its letter.
func TestReportOfATrace(t *testing.T) {
	const want = `time line: 2.000 s, 0.042 s per column
A bash    █████████████████████████████████████████████
B sleep   ██TTTTTTTTTTTTTTTTTTTTTT█████████
C bash      zzzzzzzzzzzzzzzzzzzzzzzzzzzzz
D daemon    ██████████████████████████████████z
E bash                                      ██████████████
          █ at work  z a zombie  T stopped

family
`
	var out strings.Builder
	if err := view.Report(&out, recordedIn(t, "traced"), "en", 58, "run.jsonl"); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), want) {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
