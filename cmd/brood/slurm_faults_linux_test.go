package main

import (
	"os"
	"strings"
	"testing"

	"brood/internal/event"
)

func TestSlurmNodeCrashes(t *testing.T) {
	needsRoot(t, "a node that dies with its processes")
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn("--retries=2"))
	r.running("n2")
	c.Crash("n2")
	c.Lost("n2")
	c.hurry(r)
	r.endsWith(0)
	c.equal(t)
	c.once(t, r)
	if retried := r.of(event.Retried); len(retried) == 0 || retried[0].Task == "" || retried[0].Attempt != 1 {
		t.Errorf("retried: %+v", retried)
	}
	c.nobodyLeft(t, "n1", "n3")
}

// Without retries the files of its tasks fail with Slurm's reason, and the next run copies the rest.
func TestSlurmNodeCrashesForGood(t *testing.T) {
	needsRoot(t, "a node that dies with its processes")
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn())
	r.running("n2")
	c.Crash("n2")
	c.Lost("n2")
	c.hurry(r)
	r.endsWith(1)
	c.once(t, r)
	failed := r.of(event.Failed)
	if len(failed) == 0 {
		t.Error("no file failed, want those of the lost tasks")
	}
	for _, e := range failed {
		if !strings.Contains(e.Error, "NODE_FAIL") {
			t.Errorf("%q: %s", e.File, e.Error)
		}
	}
	c.wholeFiles(t)
	c.Heal("n2")
	must(t, os.Rename(c.dir+"/record", c.dir+"/failed"))
	must(t, os.RemoveAll(c.jobDir()))
	rest := start(t, c.place, c.with(c.brood("copy", "--on=slurm", "--job-dir", c.jobDir(), "--retry-failed", c.dir+"/failed")))
	rest.wants(0)
	c.equal(t)
}

// A node is cut off. Its tasks go on unseen while Slurm starts them again on another node.
func TestSlurmNodeCut(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn("--retries=2"))
	r.running("n2")
	// The nodes of the test share a kernel and see each other's locks. Real nodes may not.
	if alive := strings.Join(c.alive(), "\n"); !strings.Contains(alive, " child copy ") || strings.Count(alive, " child copy ") != strings.Count(alive, " --shared=true ") {
		t.Errorf("children without --shared, which another node may disturb:\n%s", alive)
	}
	c.Cut("n2")
	c.Lost("n2")
	if !eventually(func() bool { return len(r.of(event.Retried)) > 0 || r.over() }) {
		t.Error("nothing is tried again")
	}
	c.hurry(r)
	r.endsWith(0)
	c.equal(t)
	c.once(t, r)
	if left := c.leftovers(t); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	c.nobodyLeft(t, allNodes...)
}

func TestSlurmControllerBounces(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn())
	r.running("n1")
	c.Bounce()
	c.hurry(r)
	r.endsWith(0)
	c.equal(t)
	c.once(t, r)
}

// The controller dies. When it comes back it may have forgotten the job, or start its tasks again.
func TestSlurmControllerDies(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 8)
	r := start(t, c.place, c.copySlowlyOn("--retries=3"))
	r.running("n1")
	c.KillController()
	r.says("Slurm does not answer")
	c.StartController()
	r.says("Slurm answers again")
	c.hurry(r)
	r.endsWith(0)
	c.equal(t)
	c.once(t, r)
	c.nobodyLeft(t, allNodes...)
}

// The files of a task that reaches its time limit fail with Slurm's reason.
func TestSlurmTimeLimit(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 1)
	r := start(t, c.place, c.copyOn("--time=1", "--bwlimit=64K", "--array-throttle=1", "--stall=0"))
	r.endsWith(1)
	failed := r.of(event.Failed)
	if len(failed) != 1 || !strings.Contains(failed[0].Error, "TIMEOUT") {
		t.Errorf("failed: %+v", failed)
	}
	c.once(t, r)
	c.nobodyLeft(t, allNodes...)
}

// hidden mounts an empty folder over this one on a node, as if the node had another file system there.
func (c onCluster) hidden(t *testing.T, node, dir string) {
	t.Helper()
	needsRoot(t, "a node that sees something else")
	c.Enter(node, "mount", "-t", "tmpfs", "none", dir)
}

// A node that sees another source, destination or job folder writes nothing. Other nodes do its work.
func TestSlurmOtherFolders(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"source", "dest", "job folder"} {
		t.Run(what, func(t *testing.T) {
			c := newCluster(t)
			c.videos(t, 9)
			must(t, os.MkdirAll(c.dst, 0o755))
			must(t, os.MkdirAll(c.jobDir(), 0o755))
			dir := map[string]string{"source": c.src, "dest": c.dst, "job folder": c.jobDir()}[what]
			c.hidden(t, "n3", dir)
			r := start(t, c.place, c.copyOn("--per-task=1", "--array-throttle=3"))
			r.endsWith(0)
			c.equal(t)
			c.once(t, r)
			for _, e := range r.of(event.Copied) {
				if e.Node == "n3" {
					t.Errorf("this node copied %q, want nothing", e.File)
				}
			}
			if there := c.Enter("n3", "ls", "-A", dir); there != "" {
				t.Errorf("this node wrote %q, want nothing", there)
			}
			if !strings.Contains(r.stderr(), "node n3 is avoided: ") {
				t.Errorf("stderr is\n%s", r.stderr())
			}
		})
	}
}

// No node sees the source: all files fail, and the log has the reason.
func TestSlurmNowhere(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 20)
	must(t, os.MkdirAll(c.dst, 0o755))
	for _, node := range allNodes {
		c.hidden(t, node, c.dst)
	}
	r := start(t, c.place, c.copyOn("--per-task=1"))
	r.endsWith(1)
	failed := r.of(event.Failed)
	if len(failed) != 20+1 || r.of(event.Finished)[0].Files != 0 {
		t.Errorf("%d items failed, want all files and their folder", len(failed))
	}
	for _, e := range failed {
		if !strings.Contains(e.Error, "sees another folder than the submitter") && !strings.Contains(e.Error, "Requested node configuration is not available") {
			t.Errorf("%q: %s", e.File, e.Error)
		}
	}
}

// Where a node cannot run brood, each file fails with that reason.
func TestSlurmCannotRun(t *testing.T) {
	c := newCluster(t)
	c.small(t, 3, 1000)
	r := start(t, c.place, c.with(c.brood("copy", "--on=slurm", "--job-dir", c.jobDir(), "--detach", "--slurm-arg=--hold", c.src, c.dst)))
	r.endsWith(0)
	must(t, os.Chmod(c.jobDir()+"/brood", 0o644))
	ids, _, _ := strings.Cut(r.stdout(), "\n")
	c.Run("scontrol", append([]string{"release"}, strings.Fields(ids)...)...)
	next := start(t, c.place, c.followOn())
	next.endsWith(1)
	failed := next.of(event.Failed)
	if len(failed) != 3+1 {
		t.Errorf("%d items failed, want all files and their folder", len(failed))
	}
	for _, e := range failed {
		if !strings.Contains(e.Error, "cannot see or run the brood in the job folder") && !strings.Contains(e.Error, "Requested node configuration is not available") {
			t.Errorf("%q: %s", e.File, e.Error)
		}
	}
}
