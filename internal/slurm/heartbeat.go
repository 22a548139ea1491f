package slurm

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"
)

// Alone is an error when somebody else follows the job, on this machine or another: two who submit again what was
// lost would do it twice. It takes some seconds, unless nobody has followed for longer.
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
			return fmt.Errorf("job folder %q: is followed already, by PID %s on %s", f.Path, pid, host)
		}
	}
	return nil
}

// Beat says that somebody follows, or is about to, until stop is called. It has a goroutine of its own: whoever is held up
// by a reader of the events, or by the walk of the source, is there all the same. That it cannot be said is no reason not to.
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
				os.Remove(f.in("heartbeat")) // or who takes it up would wait whether it changes
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

// age is how long ago a file was written, by the clock of the file system: that of this machine may differ.
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
