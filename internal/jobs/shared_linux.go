package jobs

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"brood/internal/memfd"
)

// Shared is the number of this process, for others to change. A nil Shared never changes.
type Shared struct {
	file    *os.File
	changes chan int
	woken   chan os.Signal
	done    chan struct{}
	ended   chan struct{}
}

// Share makes the number, which others can change until Close.
func Share(n int) (*Shared, error) {
	file, err := memfd.New(fileName, fileSize)
	if err != nil {
		return nil, err
	}
	s := &Shared{
		file: file, changes: make(chan int), woken: make(chan os.Signal, 1),
		done: make(chan struct{}), ended: make(chan struct{}),
	}
	signal.Notify(s.woken, unix.SIGWINCH) // before a number is in the file: until then the file counts as none
	if err := write(file, n); err != nil {
		signal.Stop(s.woken)
		file.Close()
		return nil, err
	}
	go s.watch(n)
	return s, nil
}

// Changes returns a channel of new numbers. Of several changes in a row only the last may come.
func (s *Shared) Changes() <-chan int {
	if s == nil {
		return nil
	}
	return s.changes
}

// Close ends the sharing. No number comes any more.
func (s *Shared) Close() error {
	if s == nil {
		return nil
	}
	signal.Stop(s.woken)
	close(s.done)
	<-s.ended
	return s.file.Close()
}

// watch sends each new number. A signal that comes while it does so waits in woken.
func (s *Shared) watch(last int) {
	defer close(s.ended)
	for {
		select {
		case <-s.woken:
		case <-s.done:
			return
		}
		n, err := read(s.file)
		if err != nil || n == last || n < Unlimited { // another process can write anything there
			continue
		}
		select {
		case s.changes <- n:
			last = n
		case <-s.done:
			return
		}
	}
}
