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

// following returns how brood ps lists the process that follows the cluster, for that user.
func (r *run) following(uid uint32) *listed {
	r.Helper()
	l := find(r.ps(r.T, uid), r.pid)
	if l == nil && !r.over() {
		r.Fatalf("PID %d is not listed; stderr:\n%s", r.pid, r.stderr())
	}
	return l
}

// started waits for the start of that process below that parent in the record. It returns false if none comes.
func (r *run) started(l *listed, node string, parent int) bool {
	isIt := func(e event.Event) bool {
		return e.PID == l.PID && e.Node == node && e.PPID == parent && e.PPID == l.PPID && e.Name == l.Name &&
			e.Task == l.Task && (e.Task != "" || e.File == l.File)
	}
	return eventually(func() bool { return slices.ContainsFunc(r.of(event.Started), isIt) })
}

// atWork returns the first task that has a child in the middle of a file, nil when there is none.
func atWork(l *listed) *listed {
	for _, task := range l.Children {
		if len(task.Children) > 0 && task.Children[0].Size > 0 {
			return task
		}
	}
	return nil
}

// copyForLong returns arguments for a copy that takes minutes for a file, so that its processes live during the test.
func (c onCluster) copyForLong(flags ...string) []string {
	slowly := []string{"--bwlimit=96K", "--array-throttle=3", "--per-task=1", "--stall=0"}
	onSlurm := []string{"copy", "--on=slurm", "--job-dir", c.jobDir()}
	return slices.Concat(onSlurm, slowly, flags, []string{c.src, c.dst})
}

// stops ends the copy with brood stop. After that, brood ps must list nothing of it.
func (c onCluster) stops(r *run) {
	r.Helper()
	start(r.T, c.elsewhere(r.T), c.with(c.brood("stop", c.jobDir()))).endsWith(0)
	r.endsWith(1)
	c.nobodyLeft(r.T, allNodes...)
	if l := find(r.ps(r.T, uint32(os.Getuid())), r.pid); l != nil {
		r.Errorf("listed after its end: %+v, want nothing", l)
	}
}

// TestPsOfSlurm checks that brood ps lists tasks and their children on all nodes, below the process that follows
// them, and drops them when they end.
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
		t.Fatalf("listed: %+v, want a task at work; stderr:\n%s", l, r.stderr())
	}
	if l.Role != "parent" || l.Cluster == nil || l.Cluster.Waiting == 0 || l.Bytes == nil ||
		*l.Bytes < task.Children[0].Done {
		t.Errorf("the process that follows is listed as %+v, %+v; want a parent with waiting tasks", l, l.Cluster)
	}
	for _, task := range l.Children {
		if task.Role != "task" || !slices.Contains(allNodes, task.Node) || task.CPU != nil ||
			!r.started(task, task.Node, r.pid) {
			t.Errorf("a task is listed as %+v, want its node and the facts of the record", task)
		}
		for _, child := range task.Children {
			if child.Role != "child" || child.Node != task.Node || child.Read != nil || child.Size > 8<<20 ||
				child.Done > child.Size || !r.started(child, task.Node, task.PID) {
				t.Errorf("a child is listed as %+v, want its node and the facts of the record", child)
			}
		}
	}
	r.psOfTheNode(uid, task)
	line := regexp.MustCompile(fmt.Sprintf(`(?m)^├─ \d+@n\d +%d +- .* task-\d+ +\d+_\d+, video-\d\d$`, r.pid))
	if out, err := r.brood("ps").Output(); err != nil || !line.Match(out) {
		t.Errorf("brood ps: %v; no line matches %q:\n%s", err, line, out)
	}
	c.Run("scancel", task.Task)
	if !eventually(func() bool {
		l := r.following(uid)
		isIt := func(other *listed) bool { return other.Task == task.Task }
		return l == nil || !slices.ContainsFunc(l.Children, isIt)
	}) {
		t.Errorf("%s is listed after scancel, want it gone", task.Name)
	}
	c.stops(r)
}

// psOfTheNode fails the test unless brood ps lists the task as a process of its node. All nodes are this machine.
func (r *run) psOfTheNode(uid uint32, task *listed) {
	r.Helper()
	if !eventually(func() bool {
		return slices.ContainsFunc(r.ps(r.T, uid), func(l *listed) bool {
			return l.Role == "task" && l.Node == "" && l.CPU != nil && l.Name == task.Name && l.Task == task.Task &&
				slices.Contains(l.Command, "--job-dir="+r.dir+"/job") &&
				slices.ContainsFunc(l.Children, func(c *listed) bool {
					return c.Role == "child" && c.PPID == l.PID && strings.HasPrefix(c.File, "video-")
				})
		}) || r.over()
	}) || r.over() {
		r.Errorf("%s is not listed on its node", task.Name)
	}
}

// TestPsOfSlurmFollow checks that brood ps lists the tasks below brood follow. While brood follow is stopped, it
// lists them as they were last.
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
		t.Errorf("a stopped brood follow is listed as %+v, want a task at work, and facts more than 4 s old", l)
	}
	r.signal(syscall.SIGCONT)
	if !eventually(func() bool { l = r.following(uint32(os.Getuid())); return l == nil || l.Cluster.Told < 4 }) {
		t.Errorf("a continued brood follow is listed as %+v, want facts less than 4 s old", l)
	}
	c.stops(r)
}

// isAtWork waits until brood ps lists a task at work.
func (r *run) isAtWork() {
	r.Helper()
	var l *listed
	if !eventually(func() bool {
		l = r.following(uint32(os.Getuid()))
		return l == nil || atWork(l) != nil
	}) || r.over() {
		r.Fatalf("listed: %+v, want a task at work; stderr:\n%s", l, r.stderr())
	}
}

// TestPsOfSlurmAsAnotherUser checks that brood ps lists no tasks for a user who may not inspect the process that
// follows them.
func TestPsOfSlurmAsAnotherUser(t *testing.T) {
	needsRoot(t, "to be other users")
	c := newCluster(t)
	c.videos(t, 2)
	r := start(t, c.place, c.with(c.brood(c.copyForLong()...)))
	r.isAtWork()
	if l := r.following(nobody); l == nil || l.Role != "parent" || l.Cluster != nil || len(l.Children) > 0 {
		t.Errorf("listed: %+v, want a parent without tasks", l)
	}
	c.stops(r)
}
