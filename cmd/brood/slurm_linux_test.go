package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/pace"
	"brood/internal/slurm/slurmtest"
)

// onCluster is a place that all nodes of a cluster see.
type onCluster struct {
	place
	*slurmtest.Cluster
}

// newCluster starts a cluster with small arrays: a few thousand files need several of them.
func newCluster(t *testing.T) onCluster {
	t.Helper()
	return newClusterOf(t, "MaxArraySize=11")
}

// newClusterOf starts a cluster with further lines of slurm.conf. Its tests mostly wait, so they run in parallel.
func newClusterOf(t *testing.T, conf string) onCluster {
	t.Helper()
	t.Parallel()
	p := newPlace(t) // removed after the cluster is down
	return onCluster{p, slurmtest.New(t, slurmtest.Options{Nodes: 3, CPUs: 4, Conf: conf})}
}

func (c onCluster) with(cmd *exec.Cmd) *exec.Cmd {
	cmd.Env = append(cmd.Env, c.Env()...)
	return cmd
}

// copyOn runs brood copy on the cluster. The job folder stays.
func (c onCluster) copyOn(flags ...string) *exec.Cmd {
	return c.with(c.copy(append([]string{"--on=slurm", "--job-dir", c.jobDir()}, flags...)...))
}

func (c onCluster) jobDir() string { return c.dir + "/job" }

// followOn runs brood follow. Its record replaces the one of copyOn.
func (c onCluster) followOn(flags ...string) *exec.Cmd {
	return c.with(c.brood(slices.Concat([]string{"follow", "--record", c.dir + "/record"}, flags, []string{c.jobDir()})...))
}

// videos makes files that take some seconds each. Each is a batch of its own.
func (c onCluster) videos(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		name := fmt.Sprintf("%s/video-%02d", c.src, i)
		must(t, os.WriteFile(name, noise(8<<20, i), 0o640))
		must(t, os.Chtimes(name, longAgo, longAgo))
	}
	must(t, os.Chtimes(c.src, longAgo, longAgo))
}

// nobodyLeft fails the test when a process of brood is left on a node.
func (c onCluster) nobodyLeft(t *testing.T, nodes ...string) {
	t.Helper()
	for _, node := range nodes {
		if !eventually(func() bool { return len(c.Processes(node)) == 0 }) {
			t.Errorf("on %s: %q", node, c.Processes(node))
		}
	}
}

var allNodes = []string{"n1", "n2", "n3"}

// once fails the test unless the record has each file of the source exactly once, as copied or skipped, and the
// totals agree.
func (c onCluster) once(t *testing.T, r *run) {
	t.Helper()
	told := map[string]int{}
	for _, e := range r.events() {
		switch e.Kind {
		case event.Copied, event.Verified, event.Skipped, event.Linked, event.Made, event.Failed:
			told[e.File]++
		}
	}
	files := 0
	for name, info := range readTree(t, c.src).info {
		if told[name] != 1 {
			t.Errorf("the record has %q %d times, want once", name, told[name])
		}
		if info.Mode().IsRegular() {
			files++
		}
	}
	finished := r.of(event.Finished)
	if len(finished) != 1 || finished[0].Files+finished[0].Skipped+finished[0].Failed != files {
		t.Errorf("finished %+v, want %d files in all", finished, files)
	}
}

// thousands makes files with odd names, in forbidding folders beside empty ones, and links.
func (c onCluster) thousands(t *testing.T, n int) {
	t.Helper()
	odd := []string{"line\nfeed", "no \xff\xfe UTF-8", "-dash", "--task=7", " ", "\x1b[31mred", `quo"te'`, `back\slash`, "%A_%a", "$(id)", "`id`", "ä", "end 3"}
	for i := range n {
		folder := fmt.Sprintf("%s/%s/%d", c.src, odd[i%len(odd)], i%7)
		must(t, os.MkdirAll(folder, 0o755))
		must(t, os.WriteFile(fmt.Sprintf("%s/%s %d", folder, odd[i%11], i), noise(i%5000, i), fs.FileMode(0o400|i%2<<5)))
	}
	must(t, os.MkdirAll(c.src+"/empty/still", 0o755))
	must(t, os.Symlink("no\nwhere\xff", c.src+"/-link\n\xff"))
	for _, name := range []string{" ", "ä", "."} {
		must(t, os.Chtimes(filepath.Join(c.src, name), longAgo, longAgo))
	}
	must(t, os.Chmod(c.src+"/ä", 0o555))
	t.Cleanup(func() {
		for _, dir := range []string{c.src, c.dst} {
			_ = os.Chmod(dir+"/ä", 0o755) // so that a plain user can remove it
		}
	})
}

func TestSlurm(t *testing.T) {
	c := newCluster(t)
	c.thousands(t, 3000)
	cmd := c.with(c.brood("copy", "--on", "slurm", "--record", c.dir+"/record", "--per-child=auto", c.src, c.dst))
	r := start(t, c.place, cmd)
	r.wants(0)
	c.equal(t)
	c.once(t, r)
	c.nobodyLeft(t, allNodes...)
	tasks, nodes := 0, map[string]bool{}
	for _, e := range r.of(event.Started) {
		if e.Task != "" {
			tasks++
			nodes[e.Node] = true
		}
	}
	arrays := r.of(event.Submitted)
	if tasks < 12 || len(arrays) < 3 || len(nodes) < 2 {
		t.Errorf("%d tasks in %d arrays on %d nodes; want more than an array takes, and the folders", tasks, len(arrays), len(nodes))
	}
	if want := fmt.Sprintf("tasks     %d, on %d nodes", tasks, len(nodes)); !strings.Contains(r.stdout(), want) {
		t.Errorf("the answer lacks %q:\n%s", want, r.stdout())
	}
	if left, _ := filepath.Glob(c.dst + "?*"); len(left) > 0 {
		t.Errorf("left beside the destination: %q", left)
	}
	if left := c.leftovers(t); len(left) > 0 {
		t.Errorf("left in the destination: %q", left)
	}

	must(t, os.Remove(c.dir+"/record"))
	again := start(t, c.place, c.copyOn())
	again.wants(0)
	c.equal(t)
	if skipped := again.of(event.Finished)[0].Skipped; skipped != 3001 {
		t.Errorf("once more: %d skipped, want all 3000 and the link", skipped)
	}
}

// running waits until a task on the node is in the middle of a file.
func (r *run) running(node string) {
	r.Helper()
	found := func() bool {
		return slices.ContainsFunc(r.of(event.Progress), func(e event.Event) bool { return e.Node == node && e.Bytes > 0 })
	}
	if !eventually(func() bool { return found() || r.over() }) || !found() {
		r.Fatalf("no task copies on %s; it says:\n%s", node, r.stderr())
	}
}

// copySlowlyOn copies slowly enough to be disturbed on a busy machine: a task takes more than a minute, until hurry.
func (c onCluster) copySlowlyOn(flags ...string) *exec.Cmd {
	return c.copyOn(append([]string{"--bwlimit=1M", "--array-throttle=6", "--per-task=1", "--verify"}, flags...)...)
}

// hurry ends the limits of the tasks that run, and of those that begin until the run ends.
func (c onCluster) hurry(r *run) {
	go func() {
		for ; !r.over(); time.Sleep(100 * time.Millisecond) {
			for _, line := range c.alive() {
				var pid int
				fmt.Sscan(line, &pid)
				if bucket, err := pace.Of(pid); err == nil {
					bucket.SetRate(0)
					_ = bucket.Close()
				}
			}
		}
	}()
}

// When Slurm refuses the tasks, brood fails before it touches anything.
func TestSlurmRefused(t *testing.T) {
	c := newCluster(t)
	c.small(t, 3, 100)
	for name, row := range map[string]struct {
		flags []string
		says  string
	}{
		"partition":  {[]string{"--partition=nosuch"}, "invalid partition specified: nosuch"},
		"constraint": {[]string{"--constraint=nosuch"}, "Invalid feature specification"},
		"time":       {[]string{"--time=soon"}, "Invalid --time specification"},
		"any":        {[]string{"--slurm-arg=--nodelist=n9"}, "Invalid node name specified"},
		"CPUs":       {[]string{"--cpus-per-task=5"}, "Requested node configuration is not available"},
		"job-dir":    {[]string{"--job-dir", c.src + "/job"}, "is inside the source"},
		"ours":       {[]string{"--slurm-arg=-Jother"}, "brood itself sets these"},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, c.elsewhere(t), c.copyOn(row.flags...))
			r.endsWith(2)
			if !strings.Contains(r.stderr(), row.says) {
				t.Errorf("stderr is %q, want %q in it", r.stderr(), row.says)
			}
			for _, name := range []string{c.jobDir(), c.dst} {
				if _, err := os.Lstat(name); err == nil {
					t.Errorf("%s is there", name)
				}
			}
		})
	}
	t.Run("controller", func(t *testing.T) {
		c.KillController()
		defer c.StartController()
		r := start(t, c.elsewhere(t), c.copyOn())
		r.endsWith(2)
		if !strings.HasPrefix(r.stderr(), "brood: scontrol: ") || !strings.Contains(r.stderr(), "Unable to contact slurm controller") && !strings.Contains(r.stderr(), "is not connected") {
			t.Errorf("stderr is %q", r.stderr())
		}
	})
}

func TestSlurmDryRun(t *testing.T) {
	c := newCluster(t)
	c.small(t, 3000, 1)
	for flags, wants := range map[string][]string{
		"--partition=main --nodes=2":         {"#!/bin/sh\n", "sbatch --parsable", " --array=0-7%2 ", " --partition=main ", " --exclusive ", " --no-requeue ", " --dependency=singleton ", "would copy 3000 files, 2.9 KiB, by "},
		"":                                   {" --cpus-per-task=2 ", " --daemon --jobs=2 -- "},
		"--jobs=3 --verify --retries=1":      {" --cpus-per-task=3 ", " --jobs=3 ", " --verify=true ", " --retries=1 ", " --requeue "},
		"--cpus-per-task=4 --checksums=sums": {" --cpus-per-task=4 ", " --jobs=4 ", " --verify "},
		"--bwlimit=12M --array-throttle=6":   {" --bwlimit=2097152 "},
		"--per-task=100 --array-throttle=4":  {" --array=0-10%4 ", " --array=0-7%4 ", " --dependency=afterany:ID "},
		"--account=a --qos=q --constraint=c --time=30 --slurm-arg=--mem=2G": {" --account=a ", " --qos=q ", " --constraint=c ", " --time=30 ", " --mem=2G "},
	} {
		r := start(t, c.place, c.copyOn(append([]string{"--dry-run"}, strings.Fields(flags)...)...))
		r.endsWith(0)
		for _, words := range wants {
			if !strings.Contains(r.stdout(), words) {
				t.Errorf("%s: the answer lacks %q:\n%s", flags, words, r.stdout())
			}
		}
	}
	for _, name := range []string{c.jobDir(), c.dst} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s is there", name)
		}
	}
	if left := c.Run("squeue", "-h", "-t", "all"); left != "" {
		t.Errorf("still in the queue: %s", left)
	}
}

// The cluster accepts fewer jobs than there are tasks, so brood submits them one after another.
func TestSlurmFull(t *testing.T) {
	c := newClusterOf(t, "MaxArraySize=11\nMaxJobCount=20\nMinJobAge=2")
	c.small(t, 100, 1000)
	// Where Slurm forgets jobs this soon, it may remove the script of one that is about to start.
	r := start(t, c.place, c.copyOn("--per-task=2", "--retries=2"))
	r.endsWith(0)
	c.equal(t)
	c.once(t, r)
}

// While the cluster is drained the tasks wait, and the log has the reason.
func TestSlurmDrained(t *testing.T) {
	c := newCluster(t)
	c.videos(t, 3)
	c.Run("scontrol", "update", "nodename=n[1-3]", "state=drain", "reason=test")
	r := start(t, c.place, c.copyOn())
	r.says("tasks wait: ")
	c.Run("scontrol", "update", "nodename=n[1-3]", "state=resume")
	r.endsWith(0)
	c.equal(t)
}

// --array-throttle bounds the running tasks of all arrays together.
func TestSlurmThrottle(t *testing.T) {
	c := newCluster(t)
	c.small(t, 16, 1000)
	r := start(t, c.place, c.copyOn("--per-task=1", "--array-throttle=2"))
	r.endsWith(0)
	c.equal(t)
	type change struct {
		at time.Time
		by int
	}
	var changes []change
	for _, e := range r.events() {
		if e.Task != "" && (e.Kind == event.Started || e.Kind == event.Exited) {
			changes = append(changes, change{e.Time, map[event.Kind]int{event.Started: 1, event.Exited: -1}[e.Kind]})
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	now, most := 0, 0
	for _, c := range changes {
		now += c.by
		most = max(most, now)
	}
	if most > 2 || now != 0 || len(r.of(event.Submitted)) < 3 {
		t.Errorf("up to %d tasks at once, %d at the end, of %d arrays", most, now, len(r.of(event.Submitted)))
	}
}

// Several sources in several folders: each list has its root, and each node finds the sources there.
func TestSlurmSeveral(t *testing.T) {
	c := newCluster(t)
	c.small(t, 9, 1000)
	must(t, os.MkdirAll(c.dir+"/other/folder/sub", 0o750))
	for _, name := range []string{"other/f\xff", "other/folder/g", "other/folder/sub/h"} {
		must(t, os.WriteFile(c.dir+"/"+name, []byte(name), 0o644))
	}
	must(t, os.Symlink("g", c.dir+"/other/folder/link"))
	must(t, os.Link(c.dir+"/other/folder/g", c.dir+"/other/folder/g2"))
	must(t, os.Chtimes(c.dir+"/other/folder", longAgo, longAgo))
	r := start(t, c.place, c.with(c.brood("copy", "-a", "--on=slurm", "--per-task=3", "--record", c.dir+"/record",
		"src", "other/f\xff", "src/small-2", "other/folder", "new/dst")))
	r.endsWith(0)
	for _, name := range []string{"src", "other/folder"} {
		there := c.dir + "/new/dst/" + filepath.Base(name)
		if out, err := exec.Command("diff", "-r", c.dir+"/"+name, there).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
	for name, want := range map[string]string{"f\xff": "other/f\xff", "folder/sub/h": "other/folder/sub/h"} {
		if got, err := os.ReadFile(c.dir + "/new/dst/" + name); string(got) != want {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
	info, err := os.Stat(c.dir + "/new/dst/folder")
	must(t, err)
	if !info.ModTime().Equal(longAgo) || info.Mode().Perm() != 0o750 {
		t.Errorf("folder: %v", info)
	}
	begun, finished := r.of(event.Begun)[0], r.of(event.Finished)[0]
	if len(begun.Sources) != 4 || begun.Sources[1] != "other/f\xff" || finished.Failed != 0 || finished.Links != 2 {
		t.Errorf("begun %+v\nfinished %+v %+v", begun, finished, finished.Totals)
	}
	if left, _ := filepath.Glob(c.dir + "/new*"); len(left) != 1 {
		t.Errorf("beside it: %q", left)
	}

	// A second run, which is left and followed, has nothing to do but one file.
	must(t, os.Remove(c.dir+"/new/dst/small-2"))
	left := start(t, c.place, c.with(c.brood("copy", "-a", "--on=slurm", "--job-dir", c.jobDir(), "--detach",
		"src", "other/f\xff", "src/small-2", "other/folder", "new/dst")))
	left.endsWith(0)
	followed := start(t, c.place, c.with(c.brood("follow", "--record", c.dir+"/followed", c.jobDir())))
	followed.endsWith(0)
	if !strings.Contains(followed.stdout(), "copied 4 sources to ") {
		t.Errorf("followed:\n%s", followed.stdout())
	}
	if _, err := os.Stat(c.dir + "/new/dst/small-2"); err != nil {
		t.Error(err)
	}
}

// The submitting side reads a list of names; the tasks copy what it chose.
func TestSlurmFilesFrom(t *testing.T) {
	c := newCluster(t)
	c.small(t, 5, 1000)
	cmd := c.with(c.brood("copy", "--on=slurm", "--files-from=-", "--record", c.dir+"/record", c.src, c.dst))
	cmd.Stdin = strings.NewReader("small-2\nsmall-4\nsmall-2\n")
	r := start(t, c.place, cmd)
	r.endsWith(0)
	if files := c.wholeFiles(t); !slices.Equal(files, []string{"small-2", "small-4"}) {
		t.Errorf("there is %q", files)
	}
}

func TestSlurmOneFile(t *testing.T) {
	c := newCluster(t)
	c.small(t, 2, 1000)
	c.dst = c.dir + "/new/folders/dst"
	r := start(t, c.place, c.with(c.brood("copy", "--on=slurm", "--record", c.dir+"/record", "src/small-2", "new/folders/dst/")))
	r.endsWith(0)
	if files := c.wholeFiles(t); !slices.Equal(files, []string{"small-2"}) {
		t.Errorf("there is %q", files)
	}
	if left := c.leftovers(t); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if left, _ := filepath.Glob(c.dir + "/new*"); len(left) != 1 {
		t.Errorf("beside it: %q", left)
	}
}
