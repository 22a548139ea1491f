//go:build linux

package main

import (
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/lesson"
	"brood/internal/testenv"
)

// An interrupted lesson leaves no process behind.
func TestInterruptedLesson(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]syscall.Signal{
		"Ctrl-C": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP,
	} {
		for _, lesson := range []string{"wait", "daemon", "multi", "stall"} {
			t.Run(lesson+"/"+name, func(t *testing.T) {
				p := newPlace(t)
				r := startInTerminal(t, p, p.brood("lesson", lesson, "--lang=en", "--pace=100", "--no-quiz", "--quiet"))
				r.says("ing") // working, singing, dancing, copying
				if sig == syscall.SIGINT {
					r.types("\x03")
				} else {
					r.signal(sig)
				}
				r.wants(128 + int(sig))
			})
		}
	}
}

// The lesson asks before the processes run, and grades the answer by their result.
func TestQuizAtTheTerminal(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ keys, want, score string }{
		"right":        {"3\n", "= Right: 3.", "1 of 1 right"},
		"wrong":        {"7\n", "= No: 3.", "0 of 1 right"},
		"skipped":      {"\n", "= 3.", ""},
		"not a number": {"many\n3\n", "= Right: 3.", "1 of 1 right"},
		"end of input": {"\x04", "= 3.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			r := startInTerminal(t, p, p.brood("lesson", "single", "--lang=en", "--pace=0", "--show=none"))
			r.says("> ")
			if strings.Contains(r.stderr(), "singing") {
				t.Errorf("the program ran before the answer:\n%s", r.stderr())
			}
			r.types(row.keys)
			r.wants(0)
			out := r.stderr()
			scored := strings.Contains(out, " right\r\n")
			if !strings.Contains(out, row.want) || !strings.Contains(out, row.score) || scored != (row.score != "") {
				t.Errorf("want %q and %q:\n%s", row.want, row.score, out)
			}
		})
	}
}

// Ctrl-C at a question ends the lesson.
func TestInterruptedQuestion(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := startInTerminal(t, p, p.brood("lesson", "single", "--lang=en", "--show=none"))
	r.says("> ")
	r.types("\x03")
	r.wants(130)
	if strings.Contains(r.stderr(), "singing\r\n") {
		t.Errorf("the lesson went on:\n%s", r.stderr())
	}
}

// When nobody reads the output any more, all processes end.
func TestLessonForNobody(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"wait", "--quiet"}, {"wait"}, {"quiz", "--answers"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			p := newPlace(t)
			cmd := p.brood(append([]string{"lesson", "--pace=1"}, args...)...)
			cmd.Stdout = brokenPipe(t)
			r := start(t, p, cmd)
			r.wants(0)
			if r.stderr() != "" {
				t.Errorf("stderr: %s", r.stderr())
			}
		})
	}
}

// brood lesson all gives the lessons that brood lesson lists, in that order, and then the quiz. With FOLDER it leaves
// out none. Where nobody answers, it prints the answers.
func TestAllLessons(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	heading := map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`(?m)^# (\w+): `), "zh": regexp.MustCompile(`(?m)^# (\S+?)(?: · |：)`),
	}
	for lang, quiz := range map[string]string{"en": "quiz", "zh": "测验"} {
		for _, folder := range []bool{true, false} {
			p := newPlace(t)
			p.small(t, 3, 1000)
			args := []string{"lesson", "all", "--pace=0", "--show=none", "--lang=" + lang, "--record=" + p.dir + "/record"}
			var want []string
			for _, l := range lesson.All() {
				if folder || l.Name != "copy" {
					want = append(want, l.Name)
				}
			}
			want = append(want, quiz)
			says := "brood: lesson copy is left out: no testdata/videos here: name a folder of files to copy\n"
			if folder {
				args, says = append(args, p.src), ""
			}
			cmd := p.brood(args...)
			var said strings.Builder
			cmd.Stderr = &said
			out, err := cmd.Output()
			if err != nil || said.String() != says {
				t.Fatalf("%s: %v\n%s", lang, err, said.String())
			}
			var got []string
			for _, m := range heading[lang].FindAllStringSubmatch(string(out), -1) {
				got = append(got, m[1])
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: it gave %q, want %q", lang, got, want)
			}
			asked, answered := strings.Count(string(out), "\n? "), strings.Count(string(out), "\n= ")
			if asked == 0 || asked != answered {
				t.Errorf("%s: %d questions, %d answers", lang, asked, answered)
			}
		}
	}
}

// At the terminal all lessons ask, one after the other. Ctrl-C ends them all.
func TestAllLessonsAtTheTerminal(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := startInTerminal(t, p, p.brood("lesson", "all", "--lang=en", "--pace=0", "--show=none"))
	r.says("> ")
	r.types("3\n")
	r.says("1 of 1 right")
	r.says("# multi: ")
	r.types("\x03")
	r.wants(130)
	if out := r.stderr(); strings.Contains(out, "# args: ") || strings.Contains(out, "in all lessons") {
		t.Errorf("the next lesson was given:\n%s", out)
	}
}
