package output

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

const (
	longLine   = 1 << 20  // bytes; a longer line goes through a file until its end comes
	readBuffer = 32 << 10 // bytes
)

// stream is one pipe of a command whose output appears by line. One goroutine reads it.
//
//	pipe ─▶ take ─┬─ whole lines ───────────────────────▶ Out or Err
//	              └─ part of a line, or not our turn ─▶ text ─▶ the same, later
type stream struct {
	output      *Output
	i           int // 0: standard output, 1: standard error
	pipe, child *os.File

	got   atomic.Int64 // bytes from the pipe
	taken atomic.Int64 // bytes of these that are printed or kept

	text   text // not printed yet. When the item has its turn, it is part of a line. Collector.mu guards it
	stored text // everything, for Results; the goroutine's until its end
	err    error

	last []byte // what was read last, for Tail; the goroutine's until its end
	size int64  // how much was read
}

// openPipes makes the pipes of a command, and starts to read them.
func (o *Output) openPipes() error {
	for i, name := range names() {
		s := &stream{output: o, i: i}
		err := s.open(name)
		if err != nil {
			o.closePipes(o.streams[:i])
			return err
		}
		o.streams[i] = s
	}
	c := o.collector
	if c.options.Ordered {
		c.mu.Lock()
		c.live[o.item.Seq] = o
		c.mu.Unlock()
	}
	for _, s := range o.streams {
		o.readers.Go(s.read)
	}
	return nil
}

func (s *stream) open(name string) (err error) {
	if s.output.folder != "" {
		if s.stored.file, err = s.output.openFile(name); err != nil {
			return err
		}
	}
	if s.pipe, s.child, err = os.Pipe(); err != nil {
		s.stored.release()
		return fmt.Errorf("open a pipe: %w", err)
	}
	s.child.Fd() // puts it into blocking mode, as commands expect
	return nil
}

func (o *Output) closePipes(streams []*stream) {
	for _, s := range streams {
		s.pipe.Close()
		s.child.Close()
		s.stored.release()
	}
}

// endPipes reads the pipes to their end, or until a descendant is cut off. It returns the rest that is not printed, and
// all output if it is stored.
func (o *Output) endPipes() (texts, stored [2]text, err error) {
	o.closeChildren()
	for _, s := range o.streams {
		s.pipe.SetReadDeadline(time.Now().Add(o.collector.options.Delay))
	}
	o.readers.Wait()
	c := o.collector
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.live, o.item.Seq) // from now on, printLines cannot print what is returned
	for i, s := range o.streams {
		s.pipe.Close()
		texts[i], stored[i], err = s.text, s.stored, errors.Join(err, s.err)
	}
	return texts, stored, err
}

func (s *stream) read() {
	buffer := make([]byte, readBuffer)
	for {
		n, err := s.pipe.Read(buffer)
		s.got.Add(int64(n))
		s.take(buffer[:n])
		s.taken.Add(int64(n))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.readRest(buffer)
		}
		if err != nil {
			return
		}
	}
}

// take prints and keeps what was read. After an error it drops everything, so that the command does not wait.
func (s *stream) take(p []byte) {
	c := s.output.collector
	if len(p) == 0 || s.err != nil {
		return
	}
	s.keepLast(p)
	if c.results != nil {
		s.err = incomplete(s.stored.add(p, small, c.files.Create))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	limit := small
	if c.mayPrint(s.output.item.Seq) {
		limit = longLine
		if i := bytes.LastIndexByte(p, '\n'); i >= 0 {
			c.printText(s.i, s.output.item.Tag, &s.text, p[:i+1])
			s.text.release()
			p = p[i+1:]
		}
	}
	s.err = errors.Join(s.err, incomplete(s.text.add(p, limit, c.files.Create)))
}

func incomplete(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrIncomplete, err)
}

// printLines prints the lines that have waited for their turn. The caller holds mu.
func (o *Output) printLines() {
	for i, s := range o.streams {
		waiting := s.text
		waiting.size = waiting.lines
		o.collector.printText(i, o.item.Tag, &waiting, nil)
		s.text.from = waiting.size
	}
}
