package process

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// ReapsAtOnce tells whether an ended child is reaped at once, and is no zombie.
const ReapsAtOnce = false

// watcher reports when children end, and reads their pipes. One goroutine does this for all children, and holds
// no thread: their pidfds and pipes are in one epoll instance, which the runtime polls. (A blocking wait would
// hold a thread for each child: 2,003 threads for 2,000 children, measured.) It does not reap.
//
//	watch ──────▶ epoll ADD, one shot ─▶ run: EPOLLIN ─▶ ended() ─▶ the sentinel closes
//	newCapture ─▶ epoll ADD ───────────▶ run: EPOLLIN ─▶ one read ─▶ Config.Stderr
type watcher struct {
	epoll  *os.File
	conn   syscall.RawConn
	done   chan struct{} // closed when run has returned
	buffer []byte        // used by run's goroutine only

	mu      sync.Mutex
	next    uint64
	watched map[uint64]watched
}

// watched is the owner of a descriptor in the epoll instance.
type watched interface {
	// ready is called by run when there is something to read. It does not block, and tells whether that was the
	// end.
	ready() (over bool)
	// close is called by stop for an owner that is left.
	close()
}

// end is the owner of a pidfd: the function to call at the child's end.
type end func()

func (e end) ready() (over bool) { e(); return true }
func (e end) close()             {}

func newWatcher() (*watcher, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	// The runtime polls only a descriptor that does not block. A new epoll instance has no other flags.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, unix.O_NONBLOCK); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("set epoll non-blocking: %w", err)
	}
	w := &watcher{epoll: os.NewFile(uintptr(fd), "epoll"), done: make(chan struct{}),
		buffer: make([]byte, pipeSize), watched: map[uint64]watched{}}
	if w.conn, err = w.epoll.SyscallConn(); err != nil {
		w.epoll.Close()
		return nil, err
	}
	go w.run()
	return w, nil
}

// watch has ended called, once and from another goroutine, when cmd's process has become a zombie.
func (w *watcher) watch(cmd *exec.Cmd, ended func()) {
	key := w.put(end(ended))
	var addErr error
	handleErr := cmd.Process.WithHandle(func(pidfd uintptr) {
		addErr = w.add(int(pidfd), unix.EPOLLIN|unix.EPOLLONESHOT, key)
	})
	if handleErr != nil || addErr != nil {
		// Without a pidfd (before Linux 5.4), or beyond fs.epoll.max_user_watches, this child costs a thread.
		w.drop(key)
		go func() {
			waitWithoutReaping(cmd.Process.Pid)
			ended()
		}()
	}
}

func (w *watcher) add(fd int, events uint32, key uint64) error {
	event := unix.EpollEvent{Events: events, Fd: int32(key), Pad: int32(key >> 32)}
	return w.control(unix.EPOLL_CTL_ADD, fd, &event)
}

// remove undoes add, and put for the key. After stop it does nothing.
func (w *watcher) remove(fd int, key uint64) {
	_ = w.control(unix.EPOLL_CTL_DEL, fd, nil)
	w.drop(key)
}

func (w *watcher) control(op, fd int, event *unix.EpollEvent) (err error) {
	closed := w.conn.Control(func(epoll uintptr) { err = unix.EpollCtl(int(epoll), op, fd, event) })
	return errors.Join(closed, err)
}

func (w *watcher) run() {
	defer close(w.done)
	events := make([]unix.EpollEvent, 64)
	for {
		var n int
		// Read parks this goroutine until epoll itself is readable; the callback must not block.
		err := w.conn.Read(func(epoll uintptr) bool {
			n, _ = unix.EpollWait(int(epoll), events, 0)
			return n > 0
		})
		if err != nil {
			return // stop has closed epoll
		}
		for _, e := range events[:n] {
			key := uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32
			if it := w.get(key); it != nil && it.ready() {
				w.drop(key)
			}
		}
	}
}

func (w *watcher) stop() {
	if w == nil {
		return
	}
	w.epoll.Close()
	<-w.done
	for _, it := range w.rest() {
		it.close() // it belongs to an abandoned child
	}
}

func (w *watcher) put(it watched) (key uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next++
	w.watched[w.next] = it
	return w.next
}

func (w *watcher) get(key uint64) watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.watched[key]
}

func (w *watcher) drop(key uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.watched, key)
}

func (w *watcher) rest() []watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Values(w.watched))
}

// waitWithoutReaping blocks until the child is a zombie.
func waitWithoutReaping(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

// reapState reaps a zombie. cmd is nil if it has no output to wait for.
func reapState(p *os.Process, cmd *exec.Cmd) *os.ProcessState {
	if cmd == nil {
		state, _ := p.Wait() // without a state another part of the program has reaped it
		return state
	}
	_ = cmd.Wait() // its error repeats the state, or means that a grandchild held the output too long
	return cmd.ProcessState
}
