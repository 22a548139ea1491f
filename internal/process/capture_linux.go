package process

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// capture reads one pipe from a child in the goroutine of a watcher, so it costs no goroutine and no stack of
// its own.
//
//	reading ─(EPOLLIN: one read, one call of to)─▶ reading
//	   ├─(end of file)────────────────────────▶ closed: to(nil)
//	   └─(finish: outputDelay after the end)──▶ closed: to(nil)
//
// The kernel closes the child's descriptors before the child is a zombie. So the end of file comes before the
// end that the watcher reports, unless a grandchild holds the pipe open.
type capture struct {
	watcher *watcher
	key     uint64

	mu    sync.Mutex
	to    func([]byte)  // not called after closing
	fd    int           // -1 when closed
	atEnd chan struct{} // closed when fd is closed; nil unless finish waits for it
}

// newCapture makes a pipe that the watcher reads, and returns the child's end. Both are nil if the kernel
// watches no more descriptors (fs.epoll.max_user_watches). Then a goroutine must read.
func newCapture(w *watcher, to func([]byte)) (*capture, *os.File, error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, fmt.Errorf("pipe: %w", err)
	}
	c := &capture{watcher: w, to: to, fd: fds[0]}
	c.key = w.put(c)
	if w.add(c.fd, unix.EPOLLIN, c.key) != nil {
		c.drop()
		unix.Close(fds[1])
		return nil, nil, nil
	}
	return c, os.NewFile(uintptr(fds[1]), "pipe"), nil
}

// ready implements watched. It reads once, so that other pipes get their turn. Nobody else reads, so what epoll has
// reported is still there, and the read does not block.
func (c *capture) ready() (over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return true
	}
	switch n, err := unix.Read(c.fd, c.watcher.buffer); {
	case n > 0:
		c.to(c.watcher.buffer[:n])
	case err != unix.EAGAIN && err != unix.EINTR: // end of file
		c.closeLocked()
	}
	return c.fd < 0
}

// finish returns when everything that the ended child has written is read. Output of a grandchild is cut off
// after outputDelay.
func (c *capture) finish() {
	if c == nil {
		return
	}
	c.mu.Lock()
	if c.fd < 0 {
		c.mu.Unlock()
		return
	}
	c.atEnd = make(chan struct{})
	c.mu.Unlock()
	select {
	case <-c.atEnd:
	case <-time.After(outputDelay):
		c.cutOff()
	}
}

// cutOff reads the rest that is in the pipe, and closes it. If the watcher had no CPU, that is everything.
func (c *capture) cutOff() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return
	}
	if c.holds() {
		all := make([]byte, pipeSize)
		if n, _ := unix.Read(c.fd, all); n > 0 {
			c.to(all[:n])
		}
	}
	c.closeLocked()
}

// holds tells whether a read would return at once.
func (c *capture) holds() bool {
	poll := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(poll, 0)
	return n > 0 && err == nil
}

// pipeSize is the capacity of a pipe in bytes (pipe(7), "Pipe capacity").
const pipeSize = 64 << 10

// close ends the reading. The rest in the pipe is lost.
func (c *capture) close() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeLocked()
}

// drop is close for a child that was not started. It does not call to.
func (c *capture) drop() {
	if c == nil {
		return
	}
	c.mu.Lock()
	c.to = func([]byte) {}
	c.mu.Unlock()
	c.close()
}

func (c *capture) closeLocked() {
	if c.fd < 0 {
		return
	}
	// A child between fork and exec has a copy of fd, which would keep it in the epoll instance.
	c.watcher.remove(c.fd, c.key)
	unix.Close(c.fd)
	c.fd = -1
	c.to(nil)
	if c.atEnd != nil {
		close(c.atEnd)
	}
}
