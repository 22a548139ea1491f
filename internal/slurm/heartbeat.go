package slurm

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"
)

// Alone returns an error if another process follows the run, on this machine or another: two followers would submit
// lost batches twice. It watches the heartbeat for some seconds, but not if the heartbeat is old.
func (f *Folder) Alone() error {
	before, err := os.ReadFile(f.in("heartbeat"))
	if err != nil {
		return nil
	}
	every := f.Job.beatEvery()
	if age, err := f.age("heartbeat"); err != nil || age > 4*every {
		return err
	}
	for end := time.Now().Add(2*every + every/2); time.Now().Before(end); time.Sleep(every / 10) {
		now, err := os.ReadFile(f.in("heartbeat"))
		if err == nil && !bytes.Equal(before, now) {
			host, pid, _ := strings.Cut(strings.TrimSpace(string(now)), " ")
			pid, _, _ = strings.Cut(pid, " ")
			return fmt.Errorf("job folder %q: PID %s on %s already follows the run", f.Path, pid, host)
		}
	}
	return nil
}

// Beat writes heartbeats until stop is called. It has its own goroutine, because a slow reader of the events or the
// walk of the source may block the caller. It ignores errors: without a heartbeat the run goes on.
func (f *Folder) Beat() (stop func()) {
	host, _ := os.Hostname()
	done, ended := make(chan struct{}), make(chan struct{})
	ticks := time.NewTicker(f.Job.beatEvery())
	beat := func(n int) {
		_ = f.write("heartbeat", fmt.Appendf(nil, "%s %d %d\n", host, os.Getpid(), n), 0o644)
	}
	beat(0)
	go func() {
		defer close(ended)
		for n := 1; ; n++ {
			select {
			case <-ticks.C:
				beat(n)
			case <-done:
				os.Remove(f.in("heartbeat")) // or the next Alone watches it for some seconds
				return
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(done)
		<-ended
	}
}

// age returns the time since a file was written. It uses the clock of the file system, since ours may differ.
func (f *Folder) age(name string) (time.Duration, error) {
	now := f.in("now." + random())
	defer os.Remove(now)
	if err := os.WriteFile(now, nil, 0o644); err != nil {
		return 0, err
	}
	a, err := os.Stat(now)
	if err != nil {
		return 0, err
	}
	b, err := os.Stat(f.in(name))
	if err != nil {
		return 0, err
	}
	return a.ModTime().Sub(b.ModTime()), nil
}
