package run

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"brood/internal/event"
	"brood/internal/view"
)

// stepping stops at each event: it says what has happened, draws the living processes and zombies, and waits for
// Enter. The processes that the event is about are held meanwhile.
type stepping struct {
	run  *tracing
	keys *bufio.Reader
	tty  *os.File
	over bool // c or q was typed
}

func newStepping(r *tracing) (*stepping, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("--step: needs a terminal: %w", err)
	}
	return &stepping{run: r, keys: bufio.NewReader(tty), tty: tty}, nil
}

// read is a reader of the stream.
func (s *stepping) read(e event.Event) {
	if s.over {
		return
	}
	told := view.Told(&s.run.family, e, s.run.spec.Lang)
	if told == "" {
		return
	}
	columns, rows := view.Size(s.tty)
	fmt.Fprintf(s.tty, "\n%s\n%s", view.Fill("── "+told, columns),
		view.Now(&s.run.family, s.run.spec.Lang, columns, max(rows-6, 3)))
	io.WriteString(s.tty, s.prompt())
	switch key, err := s.keys.ReadString('\n'); {
	case err != nil, key == "c\n":
		s.over = true
	case key == "q\n":
		s.over = true
		s.run.tracer.End()
	}
}

func (s *stepping) prompt() string {
	if s.run.spec.Lang == "zh" {
		return "回车：下一步 · c：不再停顿 · q：结束程序 › "
	}
	return "Enter: next · c: go on without stops · q: end the program › "
}
