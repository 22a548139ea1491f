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

// listed is a process as brood ps --json has it.
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

	Node, Task, Phase string // of a cluster
	Done, Size        int64
	CPU               *float64
	Cluster           *struct {
		Waiting, More int
		Told          float64
	}
}

// find finds a process in the trees, nil when it is not there.
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

// ps is what brood ps --json says to that user.
func (p place) ps(t *testing.T, uid uint32) (broods []*listed) {
	t.Helper()
	cmd := as(t, uid, p.brood("ps", "--json"))
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		t.Fatalf("brood ps --json: %v; it says:\n%s", err, said.String())
	}
	must(t, json.Unmarshal(out.Bytes(), &broods))
	return broods
}

// wants fails the test unless the process is listed below that parent, as /proc has it.
func (l *listed) wants(t *testing.T, c child, parent int) {
	t.Helper()
	io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", c.pid))
	must(t, err)
	switch {
	case l == nil:
		t.Errorf("pid %d is not listed", c.pid)
	case l.PPID != parent || l.Role != "child" || l.State != "T" || l.File != c.file() || !slices.Contains(c.argv, "--name="+l.Name):
		t.Errorf("%q is listed as %+v", c.argv, l)
	case l.Read == nil || !strings.HasPrefix(string(io), fmt.Sprintf("rchar: %d\nwchar: %d\n", *l.Read, *l.Written)):
		t.Errorf("%+v; /proc has\n%s", l, io)
	case *l.Bytes < *l.Written || *l.Rate <= 0:
		t.Errorf("%d bytes, %f a second", *l.Bytes, *l.Rate)
	}
}

// TestPs: a parent, its guardians and its children are what /proc says of them.
func TestPs(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 3)
	r := start(t, p, p.copySlowly("--jobs=2", "--daemon"))
	held := r.hold(2)
	parent := find(p.ps(t, uint32(os.Getuid())), r.pid)
	if parent == nil || parent.Role != "parent" || !slices.Equal(parent.Command, r.cmd.Args[1:]) || parent.PPID != os.Getpid() {
		t.Fatalf("the parent is listed as %+v", parent)
	}
	for _, c := range held {
		find(parent.Children, c.pid).wants(t, c, r.pid)
	}
	for _, pid := range guardiansOf(r.pid) {
		if g := find(parent.Children, pid); g == nil || g.Role != "guardian" {
			t.Errorf("a guardian is listed as %+v", g)
		}
	}
	goOn(held)
	r.wants(0)
}

// TestPsOfVerify: what is compared counts for both sides.
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
		t.Fatalf("it is listed as %+v; it says:\n%s", c, r.stderr())
	}
	if c.Role != "child" || c.File != "big-1" || !strings.HasPrefix(c.Name, "verify-") || *c.Bytes != *c.Read {
		t.Errorf("%+v", c)
	}
	p.endAll()
}

// TestPsOfSeveralFiles: of the files that a child was given, the one that it is at.
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
		t.Fatalf("the file is not shown: %+v; it says:\n%s", c, r.stderr())
	}
	if c.Files < 2 {
		t.Errorf("it has but %d files", c.Files)
	}
	p.endAll()
}

// TestPsOfAContainer: in a namespace of its own a parent has another number, which its children's command lines have.
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
	inside.Path, inside.Args = unshare, slices.Concat([]string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child", p.installed(t)}, copying.Args[1:])
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
		t.Fatalf("it is listed as %+v; it says:\n%s", l, r.stderr())
	}
	for _, c := range l.Children {
		if c.PPID != l.PID || c.OrphanOf != 0 || c.Role == "parent" {
			t.Errorf("a child is listed as %+v", c)
		}
	}
	p.endAll()
}

// TestPsAsAnotherUser: what one may not know is not there, and all else is.
func TestPsAsAnotherUser(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to be other users")
	p := newPlace(t)
	p.big(t, 2)
	r := start(t, p, p.copySlowly("--jobs=1"))
	held := r.hold(1)[0]
	l := find(p.ps(t, nobody), held.pid)
	if l == nil || l.PPID != r.pid || l.File != held.file() || l.State != "T" || l.Bytes != nil || l.Rate != nil {
		t.Errorf("it is listed as %+v", l)
	}
	out, err := as(t, nobody, p.brood("ps")).CombinedOutput()
	must(t, err)
	if !regexp.MustCompile(fmt.Sprintf(`(?m)^└─ %d +%d +T .* -  +-  copy-\d +%s$`, held.pid, r.pid, held.file())).Match(out) {
		t.Errorf("it is listed as\n%s", out)
	}
	goOn([]child{held})
	r.wants(0)
}

// TestPsOfOrphans: children whose parent was killed are still there, and whose they were.
func TestPsOfOrphans(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 2)
	r := start(t, p, p.copy("--jobs=2", "--bwlimit=1M"))
	if !eventually(func() bool { return len(r.children()) == 2 || r.over() }) || r.over() {
		t.Fatalf("it has no two children; it says:\n%s", r.stderr())
	}
	children := r.children()
	killAndWait(r)
	broods := p.ps(t, uint32(os.Getuid()))
	for _, c := range children {
		i := slices.IndexFunc(broods, func(l *listed) bool { return l.PID == c.pid })
		if i < 0 || broods[i].OrphanOf != r.pid || broods[i].PPID == r.pid || broods[i].File != c.file() {
			t.Errorf("%q is no orphan: %+v", c.argv, find(broods, c.pid))
		}
	}
	p.endAll()
}

// TestPsWithoutChildren: a parent that has none yet is there, too, also for those who may not see its program.
func TestPsWithoutChildren(t *testing.T) {
	t.Parallel()
	for _, uid := range []uint32{uint32(os.Getuid()), nobody} {
		t.Run(fmt.Sprint(uid), func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 1, 100)
			r := start(t, p, p.copy("--mem-free=900T")) // no child is ever started
			var l *listed
			if !eventually(func() bool { l = find(p.ps(t, uid), r.pid); return l != nil || r.over() }) || l == nil {
				t.Fatalf("it is not listed; it says:\n%s", r.stderr())
			}
			if l.Role != "parent" || len(l.Children) > 0 {
				t.Errorf("%+v", l)
			}
			r.signal(syscall.SIGTERM)
			<-r.ended
		})
	}
}

// TestPsOfLesson: the children of children are a level deeper.
func TestPsOfLesson(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := start(t, p, p.brood("lesson", "wait", "--lang=en", "--pace=100", "--no-quiz", "--quiet"))
	if !eventually(func() bool {
		l := find(p.ps(t, uint32(os.Getuid())), r.pid)
		return l != nil && len(l.Children) > 0 && len(l.Children[0].Children) > 0 || r.over()
	}) || r.over() {
		t.Errorf("no grandchild is listed; it says:\n%s", r.stderr())
	}
	r.signal(syscall.SIGTERM)
	<-r.ended
}
