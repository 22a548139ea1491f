package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// appends is a command that notes each of its runs in a file.
const appends = `echo {} >>ran; until [ -e {}.go ] || [ -e all.go ]; do sleep 0.1; done; echo out {}`

// notes returns the lines of the file.
func (c onCluster) notes() []string {
	text, _ := os.ReadFile(c.dir + "/ran")
	return strings.Fields(string(text))
}

// lets lets commands end, by their items or "all".
func (c onCluster) lets(t *testing.T, items ...string) {
	t.Helper()
	for _, item := range items {
		must(t, os.WriteFile(c.dir+"/"+item+".go", nil, 0o644))
	}
}

// noted waits until n commands have begun.
func (c onCluster) noted(t *testing.T, r *run, n int) {
	t.Helper()
	if !eventually(func() bool { return len(c.notes()) >= n || r.over() }) || len(c.notes()) < n {
		t.Fatalf("%q have begun, want %d; it says:\n%s", c.notes(), n, r.stderr())
	}
}

// Ctrl-C and a kill leave the commands alone. brood follow prints all output, and no command runs twice.
func TestSlurmRunFollow(t *testing.T) {
	c := newCluster(t)
	r := start(t, c.place, c.runOn("--per-task=2", "-k", "--tag", "--results", "results", "--shell", appends,
		":::", "a", "b", "c", "d", "e"))
	c.noted(t, r, 5)
	c.lets(t, "a")
	if !eventually(func() bool { return r.stdout() == "a\tout a\n" }) {
		t.Fatalf("stdout is %q", r.stdout())
	}
	r.signal(syscall.SIGINT)
	r.endsWith(128 + int(syscall.SIGINT))
	if !strings.Contains(r.stderr(), "brood follow "+c.jobDir()) {
		t.Errorf("stderr is %q", r.stderr())
	}
	must(t, os.Remove(c.dir+"/record"))
	next := start(t, c.place, c.followOn())
	c.lets(t, "c")
	if !eventually(func() bool { return next.stdout() == "a\tout a\n" && len(next.of(event.Ran)) == 2 }) {
		t.Fatalf("stdout is %q", next.stdout())
	}
	next.signal(syscall.SIGKILL)
	next.endsWith(-1)
	must(t, os.Remove(c.dir+"/record"))
	last := start(t, c.place, c.followOn("--joblog", "log"))
	c.lets(t, "all")
	last.endsWith(0)
	if want := "a\tout a\nb\tout b\nc\tout c\nd\tout d\ne\tout e\n"; last.stdout() != want {
		t.Errorf("stdout is %q, want %q", last.stdout(), want)
	}
	c.ranOnce(t, last, 5)
	if ran := sorted(true, strings.Join(c.notes(), "\n")); ran != "a\nb\nc\nd\ne" {
		t.Errorf("these have run: %q", ran)
	}
	if kept, _ := filepath.Glob(c.dir + "/results/00000?-?/item.json"); len(kept) != 5 {
		t.Errorf("results: %q", kept)
	}
	c.nobodyLeft(t, allNodes...)
}

// Without items there is nothing to do. With --detach brood submits and leaves.
func TestSlurmRunDetach(t *testing.T) {
	c := newCluster(t)
	nothing := start(t, c.place, c.runOn("echo", ":::"))
	nothing.endsWith(0)
	if nothing.stdout()+nothing.stderr() != "" || len(nothing.of(event.Submitted)) > 0 {
		t.Errorf("without items it prints %q and %q", nothing.stdout(), nothing.stderr())
	}
	must(t, os.RemoveAll(c.jobDir()))
	must(t, os.Remove(c.dir+"/record"))
	r := start(t, c.place, c.with(c.brood("run", "--on=slurm", "--job-dir", c.jobDir(), "--detach", "echo", ":::",
		"a", "b")))
	r.endsWith(0)
	if id, rest, _ := strings.Cut(r.stdout(), "\n"); id == "" || !strings.Contains(rest, "brood follow "+c.jobDir()) {
		t.Errorf("stdout is %q", r.stdout())
	}
	for _, flags := range [][]string{{"--json"}, {"--checksums=sums"}} {
		refused := start(t, c.elsewhere(t), c.followOn(flags...))
		refused.endsWith(2)
		if !strings.Contains(refused.stderr(), "JOB-DIR is of brood run") {
			t.Errorf("stderr is %q", refused.stderr())
		}
	}
	next := start(t, c.place, c.followOn())
	next.endsWith(0)
	c.ranOnce(t, next, 2)
	if sorted(true, next.stdout()) != "\na\nb" {
		t.Errorf("stdout is %q", next.stdout())
	}
}

// brood stop ends the commands. Those that have ended keep their outcome and their output.
func TestSlurmRunStop(t *testing.T) {
	c := newCluster(t)
	r := start(t, c.place, c.runOn("--per-task=1", "--array-throttle=2", "--shell", appends, ":::",
		"a", "b", "c", "d"))
	c.noted(t, r, 2)
	c.lets(t, "a")
	c.noted(t, r, 3)
	start(t, c.elsewhere(t), c.with(c.brood("stop", c.jobDir()))).endsWith(0)
	r.endsWith(1)
	cancelled := strings.Contains(r.stderr(), "the tasks were cancelled")
	if r.stdout() != "out a\n" || len(r.of(event.Ran)) != 1 || !cancelled {
		t.Errorf("stdout is %q, stderr is %q", r.stdout(), r.stderr())
	}
	c.nobodyLeft(t, allNodes...)
}

// With --daemon, Ctrl-C ends the commands. --halt does as well.
func TestSlurmRunEnds(t *testing.T) {
	c := newCluster(t)
	r := start(t, c.place, c.runOn("--per-task=1", "--daemon", "--shell", appends, ":::", "a", "b"))
	c.noted(t, r, 2)
	r.signal(syscall.SIGINT)
	r.endsWith(128 + int(syscall.SIGINT))
	c.nobodyLeft(t, allNodes...)
	must(t, os.RemoveAll(c.jobDir()))
	halted := start(t, c.place, c.runOn("--per-task=3", "--halt=now,fail=1", "--shell",
		"[ {} != b ] && sleep 1000", ":::", "a", "b", "c"))
	halted.endsWith(1)
	if !strings.Contains(halted.stderr(), "1 failed (--halt now,fail=1)") {
		t.Errorf("stderr is %q", halted.stderr())
	}
	c.nobodyLeft(t, allNodes...)
}

// When the reader of the output goes away, brood leaves the tasks, as after Ctrl-C.
func TestSlurmRunUnread(t *testing.T) {
	c := newCluster(t)
	cmd := c.runOn("--per-task=1", "--shell", appends, ":::", "a", "b")
	read, write, err := os.Pipe()
	must(t, err)
	cmd.Stdout = write
	r := start(t, c.place, cmd)
	must(t, write.Close())
	must(t, read.Close())
	c.noted(t, r, 2)
	c.lets(t, "a")
	r.endsWith(128 + int(syscall.SIGPIPE))
	next := start(t, c.place, c.followOn())
	c.lets(t, "all")
	next.endsWith(0)
	if sorted(true, next.stdout()) != "\nout a\nout b" {
		t.Errorf("stdout is %q", next.stdout())
	}
}

// A node dies. The commands that had ended there do not run again, and each output appears once.
func TestSlurmRunNodeCrashes(t *testing.T) {
	needsRoot(t, "a node that dies with its processes")
	c := newCluster(t)
	r := start(t, c.place, c.runOn("--per-task=3", "-j1", "--retries=1", "-k", "--slurm-arg=--nodelist=n2", "--shell",
		appends, ":::", "a", "b", "c"))
	c.noted(t, r, 1)
	c.lets(t, "a")
	if !eventually(func() bool { return r.stdout() == "out a\n" }) {
		t.Fatalf("stdout is %q", r.stdout())
	}
	c.noted(t, r, 2)
	c.Crash("n2")
	c.Lost("n2")
	if !eventually(func() bool { return c.State("1_0") != "RUNNING n2" }) {
		t.Fatalf("the task is %s", c.State("1_0"))
	}
	c.Heal("n2")
	c.lets(t, "all")
	r.endsWith(0)
	if want := "out a\nout b\nout c\n"; r.stdout() != want {
		t.Errorf("stdout is %q, want %q", r.stdout(), want)
	}
	if ran := c.notes(); !slices.Equal(ran, []string{"a", "b", "b", "c"}) {
		t.Errorf("these have run: %q, want only b twice", ran)
	}
	c.ranOnce(t, r, 3)
	c.nobodyLeft(t, allNodes...)
}

// A node is cut off. Its commands go on unseen until they notice that Slurm has started the task again. The output is
// that of one of them.
func TestSlurmRunNodeCut(t *testing.T) {
	c := newCluster(t)
	r := start(t, c.place, c.runOn("--per-task=3", "-j1", "--retries=1", "-k", "--shell", appends, ":::",
		"a", "b", "c"))
	c.noted(t, r, 1)
	c.lets(t, "a")
	c.noted(t, r, 2)
	if !eventually(func() bool { return len(r.of(event.Ran)) == 1 }) {
		t.Fatalf("ran: %+v", r.of(event.Ran))
	}
	node := r.of(event.Ran)[0].Node
	c.Cut(node)
	c.Lost(node)
	c.noted(t, r, 3)
	if !eventually(func() bool { return len(c.Processes(node)) == 0 }) {
		t.Errorf("on %s: %q", node, c.Processes(node))
	}
	c.lets(t, "all")
	r.endsWith(0)
	if want := "out a\nout b\nout c\n"; r.stdout() != want {
		t.Errorf("stdout is %q, want %q", r.stdout(), want)
	}
	if ran := c.notes(); !slices.Equal(ran, []string{"a", "b", "b", "c"}) {
		t.Errorf("these have run: %q, want only b twice", ran)
	}
	c.ranOnce(t, r, 3)
}

// Without retries the commands of a lost task have failed, except those that had ended.
func TestSlurmRunNodeCrashesForGood(t *testing.T) {
	needsRoot(t, "a node that dies with its processes")
	c := newCluster(t)
	r := start(t, c.place, c.runOn("--per-task=3", "-j1", "--shell", appends, ":::", "a", "b", "c"))
	c.noted(t, r, 1)
	c.lets(t, "a")
	c.noted(t, r, 2)
	if !eventually(func() bool { return len(r.of(event.Ran)) == 1 }) {
		t.Fatalf("ran: %+v", r.of(event.Ran))
	}
	node := r.of(event.Ran)[0].Node
	c.Crash(node)
	c.Lost(node)
	r.endsWith(1)
	c.ranOnce(t, r, 3)
	for _, e := range r.of(event.Failed) {
		if !strings.Contains(e.Error, "NODE_FAIL") {
			t.Errorf("%q: %s", e.File, e.Error)
		}
	}
}
