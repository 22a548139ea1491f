//go:build linux

package main

import (
	"strings"
	"syscall"
	"testing"
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
