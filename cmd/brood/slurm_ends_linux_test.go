package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// The submitting brood is killed, and brood follow takes the run up.
func TestSlurmFollow(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 24)
	r := start(t, c.place, c.copySlowlyOn())
	r.running("n1")
	r.signal(syscall.SIGKILL)
	r.endsWith(-1)
	must(t, os.Remove(c.dir+"/record"))
	next := start(t, c.place, c.followOn())
	next.running("n1")
	other := start(t, c.elsewhere(t), c.followOn())
	other.endsWith(2)
	if !strings.Contains(other.stderr(), fmt.Sprintf("PID %d on ", next.pid)) {
		t.Errorf("a second follower says %q", other.stderr())
	}
	c.hurry(next)
	next.endsWith(0)
	c.equal(t)
	c.once(t, next)
	c.nobodyLeft(t, allNodes...)
}

// elsewhere is a place for the output of another brood.
func (c onCluster) elsewhere(t *testing.T) place {
	p := c.place
	p.dir = t.TempDir()
	return p
}

func TestSlurmDetach(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 3)
	r := start(t, c.place, c.with(c.brood("copy", "--on=slurm", "--job-dir", c.jobDir(), "--detach", c.src, c.dst)))
	r.endsWith(0)
	id, rest, _ := strings.Cut(r.stdout(), "\n")
	if len(strings.Fields(id)) != 2 || !strings.Contains(rest, "brood follow "+c.jobDir()) {
		t.Errorf("stdout is %q", r.stdout())
	}
	next := start(t, c.place, c.followOn())
	next.wants(0)
	c.equal(t)
	c.once(t, next)
}

// Ctrl-C leaves the tasks running, and brood prints the command that takes them up.
func TestSlurmInterrupted(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn())
	r.running("n1")
	r.signal(syscall.SIGINT)
	r.endsWith(130)
	if !strings.Contains(r.stdout(), "brood follow "+c.jobDir()) {
		t.Errorf("stdout is %q", r.stdout())
	}
	must(t, os.Remove(c.dir+"/record"))
	next := start(t, c.place, c.followOn())
	c.hurry(next)
	next.endsWith(0)
	c.equal(t)
	c.once(t, next)
}

func TestSlurmDaemonInterrupted(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn("--daemon"))
	r.running("n1")
	r.signal(syscall.SIGINT)
	r.endsWith(130)
	c.nobodyLeft(t, allNodes...)
	if left := c.Run("squeue", "-h"); left != "" {
		t.Errorf("still in the queue: %s", left)
	}
	c.wholeFiles(t)
}

// With --daemon the tasks end when the following process is gone.
func TestSlurmDaemonKilled(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn("--daemon", "--heartbeat=4s"))
	r.running("n1")
	r.signal(syscall.SIGKILL)
	c.nobodyLeft(t, allNodes...)
	if !eventually(func() bool { return c.Run("squeue", "-h") == "" }) {
		t.Errorf("still in the queue: %s", c.Run("squeue"))
	}
	c.wholeFiles(t)
}

func TestSlurmStop(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn())
	r.running("n1")
	stop := start(t, c.elsewhere(t), c.with(c.brood("stop", c.jobDir())))
	stop.endsWith(0)
	if !strings.HasPrefix(stop.stdout(), "cancelled ") {
		t.Errorf("brood stop prints %q", stop.stdout())
	}
	c.nobodyLeft(t, allNodes...)
	r.endsWith(1)
	c.wholeFiles(t)
}

// When too many files have failed, the tasks are cancelled.
func TestSlurmHalt(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"now", "soon"} {
		t.Run(when, func(t *testing.T) {
			c := newCluster(t)
			c.videos(t, 16)
			must(t, os.MkdirAll(c.dst+"/video-00", 0o755)) // where a file must go
			r := start(t, c.place, c.copySlowlyOn("--halt="+when+",fail=1"))
			if !eventually(func() bool { return len(r.of(event.Stopping)) > 0 || r.over() }) {
				t.Error("the run goes on")
			}
			c.hurry(r)
			r.endsWith(1)
			finished := r.of(event.Finished)[0]
			if finished.Files >= 15 || !strings.Contains(finished.Reason, "1 failed (--halt ") {
				t.Errorf("%d files are copied; the reason of the end is %q", finished.Files, finished.Reason)
			}
			c.nobodyLeft(t, allNodes...)
		})
	}
}
