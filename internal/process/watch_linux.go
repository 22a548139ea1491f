package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"

	"golang.org/x/sys/unix"
)

// ReapsAtOnce tells that an ended child is no zombie until it is asked for.
const ReapsAtOnce = false

// watcher tells when children end, all of them with one goroutine and no thread:
// their pidfds are in one epoll instance, which is itself polled by the runtime.
// (A blocking wait holds a thread for each child: 2,003 threads for 2,000
// children, measured.) It does not reap.
//
//	watch ─▶ epoll ADD, one shot ─▶ run: EPOLLIN ─▶ ended() ─▶ the sentinel closes
type watcher struct {
	epoll *os.File
	done  chan struct{} // closed when run has returned

	mu    sync.Mutex
	next  uint64
	ended map[uint64]func()
}

func newWatcher() (*watcher, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // what makes the runtime poll it
		unix.Close(fd)
		return nil, fmt.Errorf("set epoll non-blocking: %w", err)
	}
	w := &watcher{epoll: os.NewFile(uintptr(fd), "epoll"), done: make(chan struct{}), ended: map[uint64]func(){}}
	go w.run()
	return w, nil
}

// watch has ended called, once, from another goroutine, when cmd's process has become a zombie.
func (w *watcher) watch(cmd *exec.Cmd, ended func()) {
	key := w.put(ended)
	if err := w.add(cmd.Process, key); err != nil {
		// No pidfd (before Linux 5.4), or fs.epoll.max_user_watches reached: a thread for this one.
		w.take(key)
		go func() {
			waitWithoutReaping(cmd.Process.Pid)
			ended()
		}()
	}
}

func (w *watcher) add(p *os.Process, key uint64) error {
	conn, err := w.epoll.SyscallConn()
	if err != nil {
		return err
	}
	var ctlErr error
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLONESHOT, Fd: int32(key), Pad: int32(key >> 32)}
	handleErr := p.WithHandle(func(pidfd uintptr) {
		err = conn.Control(func(epoll uintptr) {
			ctlErr = unix.EpollCtl(int(epoll), unix.EPOLL_CTL_ADD, int(pidfd), &event)
		})
	})
	return errors.Join(handleErr, err, ctlErr)
}

func (w *watcher) run() {
	defer close(w.done)
	conn, err := w.epoll.SyscallConn()
	if err != nil {
		return // closed already
	}
	events := make([]unix.EpollEvent, 64)
	for {
		var n int
		// Read parks this goroutine until epoll itself is readable; the callback must not block.
		err := conn.Read(func(epoll uintptr) bool {
			n, _ = unix.EpollWait(int(epoll), events, 0)
			return n > 0
		})
		if err != nil {
			return // stop has closed it
		}
		for _, e := range events[:n] {
			if ended := w.take(uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32); ended != nil {
				ended()
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
}

func (w *watcher) put(ended func()) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next++
	w.ended[w.next] = ended
	return w.next
}

func (w *watcher) take(key uint64) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	ended := w.ended[key]
	delete(w.ended, key)
	return ended
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

// reapState reaps the zombie that watch has told of.
func reapState(cmd *exec.Cmd) *os.ProcessState {
	_ = cmd.Wait() // its error repeats the state, or says that a grandchild held the output too long
	return cmd.ProcessState
}
