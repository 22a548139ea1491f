package output

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// The most of an output that Output.Tail returns.
const (
	tailLines = 10
	tailBytes = 4 << 10
)

// Tail returns the last lines of standard output and of standard error: 10 of each at most, and 4 KiB, without the last
// newline. It has them after a Close with an End.Error, and not with Raw.
func (o *Output) Tail() (stdout, stderr string) { return o.tail[0], o.tail[1] }

// keepTail keeps the last lines. With Lines, these may be printed already, so the streams have them.
func (o *Output) keepTail(texts *[2]text) {
	for i := range texts {
		last, size := texts[i].last(tailBytes), texts[i].size
		if s := o.streams[i]; s != nil {
			last, size = s.last, s.size
		}
		o.tail[i] = lastLines(last, size > int64(len(last)))
	}
}

// last returns the last n bytes at most: fewer if a descendant has truncated the file meanwhile.
func (t *text) last(n int64) []byte {
	n = min(n, t.size-t.from)
	p := make([]byte, n)
	got, _ := io.ReadFull(t.reader(t.size-t.from-n), p)
	return p[:got]
}

// keepLast keeps the last bytes that were read.
func (s *stream) keepLast(p []byte) {
	s.size += int64(len(p))
	p = p[max(len(p)-tailBytes, 0):]
	if extra := len(s.last) + len(p) - tailBytes; extra > 0 {
		s.last = append(s.last[:0], s.last[extra:]...)
	}
	s.last = append(s.last, p...)
}

// lastLines returns the last lines of p. isCut tells that p is the end of a longer text; then its first line counts only
// if there is no other.
func lastLines(p []byte, isCut bool) string {
	p = bytes.TrimRight(p, "\r\n")
	if isCut {
		if i := bytes.IndexByte(p, '\n'); i >= 0 {
			p = p[i+1:]
		}
		for len(p) > 0 && !utf8.RuneStart(p[0]) {
			p = p[1:]
		}
	}
	from := len(p)
	for range tailLines {
		if from = bytes.LastIndexByte(p[:from], '\n'); from < 0 {
			break
		}
	}
	return string(p[from+1:])
}
