package process

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// capture reads what one child writes to its standard error, in the watcher's
// goroutine: so it costs none of its own, nor the stack of one.
//
//	reading ─(EPOLLIN: one read, one Write)─▶ reading ─(end of file)────────────────▶ closed
//	                                             └─(finish: outputDelay after the end)─▶ closed
//
// The child's descriptors are closed before it is a zombie, so the end of file comes
// before the end that the watcher tells, unless a grandchild holds the pipe open.
// Nothing is written any more once it is closed.
type capture struct {
	watcher *watcher
	key     uint64
	to      NonBlocking

	mu    sync.Mutex
	fd    int           // -1 when closed
	atEnd chan struct{} // closed with it; nil unless somebody waits for that
}

// newCapture has the watcher read the pipe whose other end it returns, for the child.
// Both are nil where c asks for no such thing, or where the kernel watches no more
// descriptors (fs.epoll.max_user_watches): os/exec reads with a goroutine then.
func newCapture(w *watcher, config Config) (*capture, *os.File, error) {
	to, ok := config.Stderr.(NonBlocking)
	if !ok || config.Stdout != nil { // which may be the same writer: os/exec has one pipe for both then
		return nil, nil, nil
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, fmt.Errorf("pipe for standard error: %w", err)
	}
	c := &capture{watcher: w, to: to, fd: fds[0]}
	c.key = w.put(c)
	if unix.SetNonblock(c.fd, true) != nil || w.add(c.fd, unix.EPOLLIN, c.key) != nil {
		c.close()
		unix.Close(fds[1])
		return nil, nil, nil
	}
	return c, os.NewFile(uintptr(fds[1]), "stderr"), nil
}

// ready is watched's. It reads once: others want their turn.
func (c *capture) ready() (over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return true
	}
	switch n, err := unix.Read(c.fd, c.watcher.buffer); {
	case n > 0:
		_, _ = c.to.Write(c.watcher.buffer[:n])
	case err != unix.EAGAIN && err != unix.EINTR: // end of file, that is
		c.closeLocked()
	}
	return c.fd < 0
}

// finish returns when all that the ended child has written is read. What a
// grandchild still writes is cut off after outputDelay.
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
		c.close()
	}
}

func (c *capture) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeLocked()
}

func (c *capture) closeLocked() {
	if c.fd < 0 {
		return
	}
	// A child that is between fork and exec has a copy, which would keep it in the epoll instance.
	c.watcher.remove(c.fd, c.key)
	unix.Close(c.fd)
	c.fd = -1
	if c.atEnd != nil {
		close(c.atEnd)
	}
}
