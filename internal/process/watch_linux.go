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

// ReapsAtOnce tells that an ended child is no zombie until it is asked for.
const ReapsAtOnce = false

// watcher tells when children end, and reads what they write to their standard error,
// all of them with one goroutine and no thread: their pidfds and pipes are in one
// epoll instance, which is itself polled by the runtime. (A blocking wait holds a
// thread for each child: 2,003 threads for 2,000 children, measured.) It does not reap.
//
//	watch ──────▶ epoll ADD, one shot ─▶ run: EPOLLIN ─▶ ended() ─▶ the sentinel closes
//	newCapture ─▶ epoll ADD ───────────▶ run: EPOLLIN ─▶ one read ─▶ Config.Stderr
type watcher struct {
	epoll  *os.File
	conn   syscall.RawConn
	done   chan struct{} // closed when run has returned
	buffer []byte        // of run's goroutine

	mu      sync.Mutex
	next    uint64
	watched map[uint64]watched
}

// watched is what stands behind a descriptor in the epoll instance.
type watched interface {
	// ready is called by run when there is something to read; it does not block. It
	// tells whether that was all.
	ready() (over bool)
	// close is called when it is still watched at the end.
	close()
}

// end is a pidfd: what is to be called at the child's end.
type end func()

func (e end) ready() (over bool) { e(); return true }
func (e end) close()             {}

func newWatcher() (*watcher, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // what makes the runtime poll it
		unix.Close(fd)
		return nil, fmt.Errorf("set epoll non-blocking: %w", err)
	}
	w := &watcher{epoll: os.NewFile(uintptr(fd), "epoll"), done: make(chan struct{}),
		buffer: make([]byte, 4<<10), watched: map[uint64]watched{}}
	if w.conn, err = w.epoll.SyscallConn(); err != nil {
		w.epoll.Close()
		return nil, err
	}
	go w.run()
	return w, nil
}

// watch has ended called, once, from another goroutine, when cmd's process has become a zombie.
func (w *watcher) watch(cmd *exec.Cmd, ended func()) {
	key := w.put(end(ended))
	var addErr error
	handleErr := cmd.Process.WithHandle(func(pidfd uintptr) {
		addErr = w.add(int(pidfd), unix.EPOLLIN|unix.EPOLLONESHOT, key)
	})
	if handleErr != nil || addErr != nil {
		// No pidfd (before Linux 5.4), or fs.epoll.max_user_watches reached: a thread for this one.
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

// remove is add's reverse, and drop's for key. After stop there is nothing to do.
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
			return // stop has closed it
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
		it.close() // of a child that was abandoned
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

// reapState reaps the zombie that watch has told of; cmd is nil when it has nothing to wait for itself.
func reapState(p *os.Process, cmd *exec.Cmd) *os.ProcessState {
	if cmd == nil {
		state, _ := p.Wait() // without a state it was somebody else who reaped it
		return state
	}
	_ = cmd.Wait() // its error repeats the state, or says that a grandchild held the output too long
	return cmd.ProcessState
}
