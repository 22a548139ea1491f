package schedule

import (
	"fmt"
	"io"
	"strings"

	"brood/internal/process"
)

// lastWords keeps a child's standard error; of a long one only the beginning and the end.
// The beginning matters because a trace starts with the error.
type lastWords struct {
	begin, end []byte
	cut        bool // something between them is lost
}

const (
	beginSize = 1 << 10
	endSize   = 3 << 10
)

func (w *lastWords) Write(p []byte) (int, error) {
	n := min(len(p), beginSize-len(w.begin))
	w.begin = append(w.begin, p[:n]...)
	rest := p[n:]
	if extra := len(w.end) + len(rest) - endSize; extra > 0 {
		w.cut = true
		old := min(extra, len(w.end))
		w.end = append(w.end[:0], w.end[old:]...)
		rest = rest[extra-old:]
	}
	w.end = append(w.end, rest...)
	return len(p), nil
}

// NonBlocking marks w for package process: Write never blocks.
func (w *lastWords) NonBlocking() {}

// ReadFrom reads with a small buffer. io.Copy uses it where each child has its own reading
// goroutine: 32 KiB a child would wait for output that hardly ever comes.
func (w *lastWords) ReadFrom(r io.Reader) (n int64, err error) {
	buffer := make([]byte, 128)
	for {
		m, err := r.Read(buffer)
		_, _ = w.Write(buffer[:m])
		n += int64(m)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

func (w *lastWords) String() string {
	if w.cut {
		return string(w.begin) + "\n…\n" + string(w.end)
	}
	return string(w.begin) + string(w.end)
}

// inWords returns the reason for a failure: the exit, and the first line of stderr.
func inWords(name string, exit process.Exit, limits process.Limits, stderr string) string {
	if limit := limits.Reached(exit, stderr); limit != "" {
		return "its process was ended by its " + limit
	}
	why := fmt.Sprintf("its process ended with exit code %d", exit.Code)
	if exit.Signal != "" {
		why = "its process was ended by " + exit.Signal
	}
	// The first line states the error; a trace may follow.
	line, _, _ := strings.Cut(strings.TrimPrefix(stderr, "Process "+name+":\n"), "\n")
	if line = strings.TrimSpace(line); line != "" {
		why += ": " + line
	}
	return why
}
