package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// listed is a process in the output of brood ps --json.
type listed struct {
	PID, PPID            int
	Role, Name, State    string
	File                 string
	Files                int
	OrphanOf             int `json:"orphan_of"`
	Command              []string
	Read, Written, Bytes *int64
	Rate                 *float64
	Children             []*listed

	Node, Task, Phase string // on a cluster
	Done, Size        int64
	CPU               *float64
	Cluster           *struct {
		Waiting, More int
		Told          float64
	}
}

// find returns the process with that PID in the trees, nil if there is none.
func find(in []*listed, pid int) *listed {
	for _, l := range in {
		if l.PID == pid {
			return l
		}
		if below := find(l.Children, pid); below != nil {
			return below
		}
	}
	return nil
}

// ps returns what brood ps --json lists for that user.
func (p place) ps(t *testing.T, uid uint32) (broods []*listed) {
	t.Helper()
	cmd := as(t, uid, p.brood("ps", "--json"))
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		t.Fatalf("brood ps --json: %v; stderr:\n%s", err, said.String())
	}
	must(t, json.Unmarshal(out.Bytes(), &broods))
	return broods
}

// wants fails the test unless the process is listed with that parent and with the numbers of /proc.
func (l *listed) wants(t *testing.T, c child, parent int) {
	t.Helper()
	io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", c.pid))
	must(t, err)
	switch {
	case l == nil:
		t.Errorf("PID %d is not listed", c.pid)
	case l.PPID != parent || l.Role != "child" || l.State != "T" || l.File != c.file() ||
		!slices.Contains(c.argv, "--name="+l.Name):
		t.Errorf("%q, a stopped child of %d, is listed as %+v", c.argv, parent, l)
	case l.Read == nil || !strings.HasPrefix(string(io), fmt.Sprintf("rchar: %d\nwchar: %d\n", *l.Read, *l.Written)):
		t.Errorf("listed: %+v; want the numbers of /proc:\n%s", l, io)
	case *l.Bytes < *l.Written || *l.Rate <= 0:
		t.Errorf("%d bytes, %f a second; want at least the %d written, and a rate", *l.Bytes, *l.Rate, *l.Written)
	}
}

// TestPs checks that brood ps lists a parent with its guardians and children, and the numbers of /proc.
func TestPs(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 3)
	r := start(t, p, p.copySlowly("--jobs=2", "--daemon"))
	held := r.hold(2)
	parent := find(p.ps(t, uint32(os.Getuid())), r.pid)
	if parent == nil || parent.Role != "parent" || parent.PPID != os.Getpid() ||
		!slices.Equal(parent.Command, r.cmd.Args[1:]) {
		t.Fatalf("the parent is listed as %+v, want role parent and %q", parent, r.cmd.Args[1:])
	}
	for _, c := range held {
		find(parent.Children, c.pid).wants(t, c, r.pid)
	}
	for _, pid := range guardiansOf(r.pid) {
		if g := find(parent.Children, pid); g == nil || g.Role != "guardian" {
			t.Errorf("guardian %d is listed as %+v, want role guardian", pid, g)
		}
	}
	goOn(held)
	r.wants(0)
}

// TestPsWidth checks that brood ps cuts nothing where it writes to a pipe, as ps(1) does, and fits COLUMNS if set.
func TestPsWidth(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	long := "--name=" + strings.Repeat("n", 500)
	r := start(t, p, p.copySlowly("--jobs=1", long))
	held := r.hold(1)
	for columns, whole := range map[string]bool{"": true, "none": true, "0": true, "60": false} {
		cmd := p.brood("ps")
		cmd.Env = append(cmd.Env, "COLUMNS="+columns)
		out, err := cmd.Output()
		must(t, err)
		if got := strings.Contains(string(out), long+" "); got != whole {
			t.Errorf("COLUMNS=%s: whole lines: %v, want %v:\n%s", columns, got, whole, out)
		}
		for line := range strings.Lines(string(out)) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); !whole && n > 60 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
	goOn(held)
	r.wants(0)
}

// TestPsOfVerify checks that the bytes of a comparison count the reads of both sides.
func TestPsOfVerify(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	start(t, p, p.copy()).wants(0)
	r := start(t, p, p.brood("verify", "--bwlimit=4M", p.src, p.dst))
	var c *listed
	if !eventually(func() bool {
		for _, child := range r.children() {
			c = find(p.ps(t, uint32(os.Getuid())), child.pid)
		}
		return c != nil && c.Bytes != nil && *c.Bytes > 1<<20 || r.over()
	}) || r.over() {
		t.Fatalf("listed: %+v, want a child that has read more than 1 MiB; stderr:\n%s", c, r.stderr())
	}
	if c.Role != "child" || c.File != "big-1" || !strings.HasPrefix(c.Name, "verify-") || *c.Bytes != *c.Read {
		t.Errorf("listed: %+v, want a child verify-N at big-1 with all bytes that it has read", c)
	}
	p.endAll()
}

// TestPsOfSeveralFiles checks that brood ps shows the current file of a child that has several.
func TestPsOfSeveralFiles(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 3)
	r := start(t, p, p.copy("--bwlimit=4M", "--jobs=1", "--per-child=10"))
	var c *listed
	if !eventually(func() bool {
		for _, child := range r.children() {
			c = find(p.ps(t, uint32(os.Getuid())), child.pid)
		}
		return c != nil && c.File == "big-1" || r.over()
	}) || r.over() {
		t.Fatalf("listed: %+v, want a child at big-1; stderr:\n%s", c, r.stderr())
	}
	if c.Files < 2 {
		t.Errorf("%d files, want 2 at least", c.Files)
	}
	p.endAll()
}

// TestPsOfAContainer checks that brood ps finds the parent of children in a container. Their command lines have its
// PID in the container, which is another one than outside.
func TestPsOfAContainer(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to make a namespace")
	needs(t, "unshare")
	p := newPlace(t)
	p.big(t, 2)
	unshare, err := exec.LookPath("unshare")
	must(t, err)
	copying := p.copy("--bwlimit=4M", "--jobs=2", "--daemon")
	inside := *copying
	inside.Path = unshare
	inside.Args = slices.Concat([]string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child", p.installed(t)},
		copying.Args[1:])
	r := start(t, p, &inside)
	var l *listed
	if !eventually(func() bool {
		for _, brood := range p.ps(t, uint32(os.Getuid())) {
			if brood.PPID == r.pid {
				l = brood
			}
		}
		return l != nil && len(l.Children) == 4 || r.over() // two guardians and two copies
	}) || r.over() {
		t.Fatalf("listed: %+v, want a parent with four children; stderr:\n%s", l, r.stderr())
	}
	for _, c := range l.Children {
		if c.PPID != l.PID || c.OrphanOf != 0 || c.Role == "parent" {
			t.Errorf("a child is listed as %+v, want parent %d and no orphan", c, l.PID)
		}
	}
	p.endAll()
}

// TestPsAsAnotherUser checks that brood ps lists processes of other users, without the numbers that the kernel hides.
func TestPsAsAnotherUser(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to be other users")
	p := newPlace(t)
	p.big(t, 2)
	r := start(t, p, p.copySlowly("--jobs=1"))
	held := r.hold(1)[0]
	l := find(p.ps(t, nobody), held.pid)
	if l == nil || l.PPID != r.pid || l.File != held.file() || l.State != "T" || l.Bytes != nil || l.Rate != nil {
		t.Errorf("%q is listed as %+v, want its file and state, and no bytes", held.argv, l)
	}
	out, err := as(t, nobody, p.brood("ps")).CombinedOutput()
	must(t, err)
	line := fmt.Sprintf(`(?m)^└─ %d +%d +T .* -  +- +copy-\d +%s$`, held.pid, r.pid, held.file())
	if !regexp.MustCompile(line).Match(out) {
		t.Errorf("no line matches %q:\n%s", line, out)
	}
	goOn([]child{held})
	r.wants(0)
}

// TestPsOfOrphans checks that brood ps lists the children of a killed parent, with the PID of that parent.
func TestPsOfOrphans(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 2)
	r := start(t, p, p.copy("--jobs=2", "--bwlimit=1M"))
	if !eventually(func() bool { return len(r.children()) == 2 || r.over() }) || r.over() {
		t.Fatalf("children: %v, want two; stderr:\n%s", r.children(), r.stderr())
	}
	children := r.children()
	killAndWait(r)
	broods := p.ps(t, uint32(os.Getuid()))
	for _, c := range children {
		i := slices.IndexFunc(broods, func(l *listed) bool { return l.PID == c.pid })
		if i < 0 || broods[i].OrphanOf != r.pid || broods[i].PPID == r.pid || broods[i].File != c.file() {
			t.Errorf("%q is listed as %+v, want an orphan of %d", c.argv, find(broods, c.pid), r.pid)
		}
	}
	p.endAll()
}

// TestPsWithoutChildren checks that brood ps lists a parent that has no children yet, also for users who may not see
// its program.
func TestPsWithoutChildren(t *testing.T) {
	t.Parallel()
	for _, uid := range []uint32{uint32(os.Getuid()), nobody} {
		t.Run(fmt.Sprint(uid), func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 1, 100)
			r := start(t, p, p.copy("--mem-free=900T")) // its only child makes the destination, and ends
			var l *listed
			if !eventually(func() bool {
				l = find(p.ps(t, uid), r.pid)
				return l != nil && len(l.Children) == 0 || r.over()
			}) || l == nil || l.Role != "parent" {
				t.Errorf("listed: %+v, want a parent without children; stderr:\n%s", l, r.stderr())
			}
			r.signal(syscall.SIGTERM)
			<-r.ended
		})
	}
}

// TestPsOfLesson checks that brood ps lists the children of children, a level deeper.
func TestPsOfLesson(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := start(t, p, p.brood("lesson", "wait", "--lang=en", "--pace=100", "--no-quiz", "--quiet"))
	if !eventually(func() bool {
		l := find(p.ps(t, uint32(os.Getuid())), r.pid)
		return l != nil && len(l.Children) > 0 && len(l.Children[0].Children) > 0 || r.over()
	}) || r.over() {
		t.Errorf("no grandchild is listed; stderr:\n%s", r.stderr())
	}
	r.signal(syscall.SIGTERM)
	<-r.ended
}
