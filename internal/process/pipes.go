package process

import "os"

// openEvents makes the pipe for events, if c asks for one, and returns the child's end. The caller holds mu.
func (o *popen) openEvents(c *Config, receiver *watcher) (w *os.File, err error) {
	if c.Receive != nil {
		if o.received, w, err = newCapture(receiver, c.Receive); o.received != nil || err != nil {
			return w, err
		}
	} else if !c.Events {
		return nil, nil
	}
	o.events, w, err = os.Pipe()
	return w, err
}

// openStderr makes the pipe for a standard error that the watcher reads, and returns the child's end. It returns
// nil if a goroutine of os/exec is to read instead. The caller holds mu.
func (o *popen) openStderr(c *Config, w *watcher) (end *os.File, err error) {
	to, ok := c.Stderr.(NonBlocking)
	if !ok || c.Stdout != nil { // Stdout may be the same writer: then os/exec has one pipe for both
		return nil, nil
	}
	o.stderr, end, err = newCapture(w, func(piece []byte) { _, _ = to.Write(piece) })
	return end, err
}

// dropPipes closes the parent's ends if the child was not started. The caller holds mu.
func (o *popen) dropPipes() {
	if o.process != nil {
		return
	}
	o.stderr.drop()
	o.received.drop()
	if o.events != nil {
		o.events.Close()
	}
	o.stderr, o.received, o.events = nil, nil, nil
}

func (o *popen) parentEnd() *os.File {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.events
}

// receive reads events in a goroutine, where no capture does.
func receive(events *os.File, to func([]byte)) {
	buffer := make([]byte, 4<<10)
	for {
		n, err := events.Read(buffer)
		if n > 0 {
			to(buffer[:n])
		}
		if err != nil { // at the end of file, or after hangUp
			to(nil)
			return
		}
	}
}
