package process

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"
)

// finish reads the whole output of an ended child, even if the watcher had no CPU and a grandchild holds the
// pipe open.
func TestFinishWithoutTheWatcher(t *testing.T) {
	w, err := newWatcher()
	if err != nil {
		t.Fatal(err)
	}
	w.stop()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[1])
	full := bytes.Repeat([]byte("last words\n"), pipeSize)
	n, err := unix.Write(pipe[1], full)
	if n < pipeSize/2 || err != nil {
		t.Fatal(n, err)
	}
	var got []byte
	ends := 0
	c := &capture{watcher: w, fd: pipe[0], to: func(piece []byte) {
		if got = append(got, piece...); len(piece) == 0 {
			ends++
		}
	}}
	c.finish()
	if !bytes.Equal(got, full[:n]) || ends != 1 || c.fd != -1 {
		t.Errorf("%d bytes of %d, %d ends, descriptor %d", len(got), n, ends, c.fd)
	}
}
