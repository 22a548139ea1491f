package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// following is the process that follows, as brood ps lists it to that user.
func (r *run) following(uid uint32) *listed {
	r.Helper()
	l := find(r.ps(r.T, uid), r.pid)
	if l == nil && !r.over() {
		r.Fatalf("it is not listed; it says:\n%s", r.stderr())
	}
	return l
}

// started tells whether the record, which is written a little later, has the start of that process below that parent.
func (r *run) started(l *listed, node string, parent int) bool {
	isIt := func(e event.Event) bool {
		return e.PID == l.PID && e.Node == node && e.PPID == parent && e.PPID == l.PPID && e.Name == l.Name && e.Task == l.Task && (e.Task != "" || e.File == l.File)
	}
	return eventually(func() bool { return slices.ContainsFunc(r.of(event.Started), isIt) })
}

// atWork is the first task that has a child in the midst of a file; nil when there is none.
func atWork(l *listed) *listed {
	for _, task := range l.Children {
		if len(task.Children) > 0 && task.Children[0].Size > 0 {
			return task
		}
	}
	return nil
}

// copyForLong takes minutes for a file, so that whatever is looked at is still there.
func (c onCluster) copyForLong(flags ...string) []string {
	return slices.Concat([]string{"copy", "--on=slurm", "--job-dir", c.jobDir(), "--bwlimit=96K", "--array-throttle=3", "--per-task=1", "--stall=0"}, flags, []string{c.src, c.dst})
}

// stops ends a copy that takes long, after which nothing of it is listed.
func (c onCluster) stops(r *run) {
	r.Helper()
	start(r.T, c.elsewhere(r.T), c.with(c.brood("stop", c.jobDir()))).endsWith(0)
	r.endsWith(1)
	c.nobodyLeft(r.T, allNodes...)
	if l := find(r.ps(r.T, uint32(os.Getuid())), r.pid); l != nil {
		r.Errorf("it is listed when it has ended: %+v", l)
	}
}

// TestPsOfSlurm: below who follows are the tasks with their children, on whichever node they are, as long as they run.
func TestPsOfSlurm(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 6)
	r := start(t, c.place, c.with(c.brood(c.copyForLong("--record", c.dir+"/record")...)))
	uid := uint32(os.Getuid())
	var l, task *listed
	if !eventually(func() bool {
		if l = r.following(uid); l != nil {
			task = atWork(l)
		}
		return task != nil || r.over()
	}) || task == nil {
		t.Fatalf("no task is at work: %+v; it says:\n%s", l, r.stderr())
	}
	if l.Role != "parent" || l.Cluster == nil || l.Cluster.Waiting == 0 || l.Bytes == nil || *l.Bytes < task.Children[0].Done {
		t.Errorf("who follows is listed as %+v, %+v", l, l.Cluster)
	}
	for _, task := range l.Children {
		if task.Role != "task" || !slices.Contains(allNodes, task.Node) || task.CPU != nil || !r.started(task, task.Node, r.pid) {
			t.Errorf("a task is listed as %+v", task)
		}
		for _, child := range task.Children {
			if child.Role != "child" || child.Node != task.Node || child.Read != nil || child.Size > 8<<20 || child.Done > child.Size || !r.started(child, task.Node, task.PID) {
				t.Errorf("a child is listed as %+v", child)
			}
		}
	}
	r.psOfTheNode(uid, task)
	line := regexp.MustCompile(fmt.Sprintf(`(?m)^├─ \d+@n\d +%d +- .* task-\d+ +\d+_\d+, video-\d\d$`, r.pid))
	if out, err := r.brood("ps").Output(); err != nil || !line.Match(out) {
		t.Errorf("%v: no task in\n%s", err, out)
	}
	c.Run("scancel", task.Task)
	if !eventually(func() bool {
		l := r.following(uid)
		return l == nil || !slices.ContainsFunc(l.Children, func(other *listed) bool { return other.Task == task.Task })
	}) {
		t.Errorf("%s is still there", task.Name)
	}
	c.stops(r)
}

// psOfTheNode: on its node, which is this machine too, a task is the parent that /proc has, and says what it is.
func (r *run) psOfTheNode(uid uint32, task *listed) {
	r.Helper()
	if !eventually(func() bool {
		return slices.ContainsFunc(r.ps(r.T, uid), func(l *listed) bool {
			return l.Role == "task" && l.Node == "" && l.CPU != nil && l.Name == task.Name && l.Task == task.Task && slices.Contains(l.Command, "--job-dir="+r.dir+"/job") &&
				slices.ContainsFunc(l.Children, func(c *listed) bool {
					return c.Role == "child" && c.PPID == l.PID && strings.HasPrefix(c.File, "video-")
				})
		}) || r.over()
	}) || r.over() {
		r.Errorf("%s is not listed on its node", task.Name)
	}
}

// TestPsOfSlurmFollow: who has taken it up has the tasks, also as it was last when it is stopped.
func TestPsOfSlurmFollow(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 4)
	start(t, c.place, c.with(c.brood(c.copyForLong("--detach")...))).endsWith(0)
	r := start(t, c.place, c.followOn())
	r.isAtWork()
	r.signal(syscall.SIGSTOP)
	var l *listed
	if !eventually(func() bool {
		l = r.following(uint32(os.Getuid()))
		return l != nil && l.Cluster != nil && l.Cluster.Told > 4
	}) || atWork(l) == nil {
		t.Errorf("when it is stopped it is listed as %+v", l)
	}
	r.signal(syscall.SIGCONT)
	if !eventually(func() bool { l = r.following(uint32(os.Getuid())); return l == nil || l.Cluster.Told < 4 }) {
		t.Errorf("when it goes on it is listed as %+v", l)
	}
	c.stops(r)
}

// isAtWork waits until who follows is listed with a task that is.
func (r *run) isAtWork() {
	r.Helper()
	var l *listed
	if !eventually(func() bool {
		l = r.following(uint32(os.Getuid()))
		return l == nil || atWork(l) != nil
	}) || r.over() {
		r.Fatalf("no task is at work: %+v; it says:\n%s", l, r.stderr())
	}
}

// TestPsOfSlurmAsAnotherUser: who may not look at the process that follows sees it without its tasks.
func TestPsOfSlurmAsAnotherUser(t *testing.T) {
	needsRoot(t, "to be other users")
	c := newCluster(t)
	c.videos(t, 2)
	r := start(t, c.place, c.with(c.brood(c.copyForLong()...)))
	r.isAtWork()
	if l := r.following(nobody); l == nil || l.Role != "parent" || l.Cluster != nil || len(l.Children) > 0 {
		t.Errorf("it is listed as %+v", l)
	}
	c.stops(r)
}
