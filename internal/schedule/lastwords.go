package schedule

import "io"

// lastWords keeps what a child writes to its standard error, of much the
// beginning and the end: a trace begins with what was wrong.
type lastWords struct {
	begin, end []byte
	cut        bool
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

// NonBlocking is process.NonBlocking's.
func (w *lastWords) NonBlocking() {}

// ReadFrom spares each child, where one goroutine does not read for all, the 32 KiB
// with which io.Copy would wait for what hardly ever comes.
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
