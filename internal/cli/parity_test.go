//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/lesson"
)

// The lessons print the same lines as the tutorial's programs do in Python, and where the
// order is guaranteed, in the same order.
func TestParityWithPython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3: ", err)
	}
	results := regexp.MustCompile(`^(return|exit \d+|panic|SIG\w+): -?\d+$`) // the rest are traces
	for _, row := range []struct {
		name    string
		ordered bool // the order of the lines is promised
		numbers bool // so are the numbers in them
		pace    float64
		only    *regexp.Regexp
	}{
		{name: "single", ordered: true, pace: 0.02},
		{name: "multi", pace: 0.02},
		{name: "args", pace: 0.02},
		{name: "pids", pace: 0.02},
		{name: "wait", pace: 0.1},
		{name: "memory", ordered: true, numbers: true},
		{name: "exitcodes", ordered: true, numbers: true, only: results},
		{name: "terminate", ordered: true, numbers: true, pace: 0.05},
		{name: "zombie", ordered: true, numbers: true, pace: 0.02},
		{name: "tree", pace: 0.05},
		{name: "orphan", pace: 0.05},
		{name: "race", ordered: true, pace: 0.05},
		{name: "speedup", ordered: true, pace: 0.05},
	} {
		for _, lang := range []string{"zh", "en"} {
			t.Run(row.name+"/"+lang, func(t *testing.T) {
				ours, theirs := runLesson(t, row.name, lang, row.pace), runPython(t, row.name, lang, row.pace)
				if row.name == "args" { // its second scene shows mistakes, which the Python program does not make
					ours, _, _ = strings.Cut(ours, "Process Process-")
				}
				a, b := compared(ours, row.only, row.numbers), compared(theirs, row.only, row.numbers)
				if !row.ordered {
					slices.Sort(a)
					slices.Sort(b)
				}
				if !slices.Equal(a, b) {
					t.Errorf("the lesson prints\n%s\nPython prints\n%s", ours, theirs)
				}
			})
		}
	}
}

// A daemon prints nothing after its main process's end, in both. Between that
// one's last line and its end there is room for one line of the daemon's.
func TestParityOfDaemons(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3: ", err)
	}
	for name, play := range map[string]func(t *testing.T, name, lang string, pace float64) string{
		"lesson": runLesson, "Python": runPython,
	} {
		out := play(t, "daemon", "zh", 0.3)
		// On a busy machine the daemon may not even have begun by then.
		for pace := 1.0; strings.HasPrefix(out, "主进程结束\n") && pace < 100; pace *= 5 {
			out = play(t, "daemon", "zh", pace)
		}
		before, after, found := strings.Cut(out, "主进程结束\n")
		if n := strings.Count(before, "工作中"); !found || n < 1 || n >= 10 {
			t.Errorf("%s: %d times at work before the end of the main process:\n%s", name, n, out)
		}
		if name == "Python" && strings.Count(after, "工作中") > 1 {
			t.Errorf("Python: after the end of the main process: %q", after)
		}
		if name == "lesson" { // it shows both ways of setting it
			if _, second, found := strings.Cut(after, "主进程结束\n"); !found || strings.Count(second, "工作中") > 1 {
				t.Errorf("lesson: after the end of the second main process: %q", second)
			}
		}
	}
}

// The parents that the children see are the main process, in both.
func TestParityOfParents(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3: ", err)
	}
	for name, out := range map[string]string{"lesson": runLesson(t, "pids", "zh", 0), "Python": runPython(t, "pids", "zh", 0)} {
		main := regexp.MustCompile(`主进程编号： (\d+)`).FindStringSubmatch(out)
		parents := regexp.MustCompile(`父进程编号 (\d+)`).FindAllStringSubmatch(out, -1)
		if main == nil || len(parents) != 2 || parents[0][1] != main[1] || parents[1][1] != main[1] {
			t.Errorf("%s: main process %q, parents %q", name, main, parents)
		}
	}
}

func runLesson(t *testing.T, name, lang string, pace float64) string {
	t.Helper()
	out, err := exec.Command("brood", "lesson", name, "--quiet", "--lang", lang, "--pace", fmt.Sprint(pace)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// runPython runs the lesson's Python program as it is shown, at that pace.
func runPython(t *testing.T, name, lang string, pace float64) string {
	t.Helper()
	l, found := lesson.Find(name)
	if !found {
		t.Fatalf("no lesson %s", name)
	}
	// A line is one write, so that those of two processes do not mix; and none is lost with a daemon.
	slower := fmt.Sprintf("import sys\nsys.stdout.reconfigure(line_buffering=True)\nimport time as _time\n_sleep = _time.sleep\n_time.sleep = lambda s: _sleep(s * %g)\n", pace)
	cmd := exec.Command("python3", "-X", "utf8", "-c", slower+lesson.PythonSource(l, lang))
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=") // where it is set, the words of a line are written one by one
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// compared are the lines of text that match only; PIDs and times are not the
// same twice, and left out if not for numbers.
func compared(text string, only *regexp.Regexp, numbers bool) (lines []string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimSuffix(line, "\n")
		if only != nil && !only.MatchString(line) {
			continue
		}
		if !numbers {
			line = regexp.MustCompile(`\d[\d.e-]*`).ReplaceAllString(line, "#")
		}
		lines = append(lines, line)
	}
	return lines
}

// Both copy the clips whole. (The lesson itself takes its copies away.)
func TestParityOfCopies(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3: ", err)
	}
	l, _ := lesson.Find("copy")
	source, dir := top+"/testdata/videos", t.TempDir()
	for dest, cmd := range map[string]*exec.Cmd{
		dir + "/lesson": exec.Command("brood", "child", "videos", "--source="+source, "--dest="+dir+"/lesson"),
		dir + "/python": exec.Command("python3", "-X", "utf8", "-c", lesson.PythonSource(l, "en"), source, dir+"/python"),
	} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if out, err := exec.Command("diff", "-r", source, dest).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", dest, err, out)
		}
	}
}
