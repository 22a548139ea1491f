package view

import (
	"io"

	"brood/internal/status"
)

// processes counts processes: 1 process, 2 processes.
func (l language) processes(n int) string {
	if n == 1 {
		return l.say("1 process")
	}
	return l.say("%s processes", count(n))
}

// Traced writes a line on how the first process of a traced program ended, above the tree of its processes. The program
// may have written the beginning of a line, so an empty line comes before it.
func Traced(w io.Writer, f *status.Family, program, lang string) error {
	l := languageOf(lang)
	if len(f.Members) == 0 {
		return nil
	}
	first := f.Members[0]
	end := l.say("was lost")
	switch code := first.ExitCode; {
	case code == nil:
	case first.Signal != "":
		end = l.say("was killed by %s", first.Signal)
	default:
		end = l.say("ended with exit code %d", *code)
	}
	processes := l.processes(len(f.Members))
	last := first.Started
	for _, m := range f.Members {
		if m.Ended.After(last) {
			last = m.Ended
		}
	}
	seconds := last.Sub(first.Started).Seconds()
	_, err := io.WriteString(w, l.say("\nbrood: %s %s: %s, %.3f s\n", plain(program), end, processes, seconds))
	return err
}
