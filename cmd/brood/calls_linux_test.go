//go:build linux

package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unsteady are the calls whose number depends on the Go runtime's scheduling and memory, and on its number of threads.
var unsteady = []string{"futex", "nanosleep", "tgkill", "rt_sigreturn", "epoll_pwait", "sched_yield", "restart_syscall",
	"clone", "clone3", "rt_sigprocmask", "rt_sigaction", "sigaltstack", "gettid", "getpid", "capset", "prctl",
	"mmap", "munmap", "madvise", "mprotect", "tkill", "sched_getaffinity", "set_robust_list", "rseq", "exit", "getrandom"}

// byMachine matches calls whose number depends on the machine: the depth of its control groups, the processes of a
// user, the threads of a program with C, and how often the runtime's poller is woken.
var byMachine = regexp.MustCompile(`/sys/fs/cgroup|[<"]/proc[>"]|/proc/\d+/(?:status|task)|\[eventfd\]|CLONE_`)

// parentCalls returns the calls of the parent from the first line of the trace with from to the last one with to.
func (p place) parentCalls(t *testing.T, from, to string) (calls []string) {
	t.Helper()
	trace, err := os.ReadFile(p.dir + "/trace")
	must(t, err)
	lines := strings.Split(string(trace), "\n")
	begin := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, from) })
	end := len(lines) - 1
	for ; end > 0 && !strings.Contains(lines[end], to); end-- {
	}
	if begin < 0 || end <= begin {
		t.Fatalf("no %s before %s in the trace:\n%s", from, to, trace)
	}
	made := regexp.MustCompile(`^(\d+) .*(?:clone|clone3|vfork)(?:\(| resumed>).* = (\d+)(?:<.*>)?$`)
	parent, _, _ := strings.Cut(lines[0], " ")
	process := map[string]string{parent: parent} // of a thread
	begun := map[string]string{}
	for _, line := range lines[:end] {
		thread, shown, _ := strings.Cut(line, " ")
		if strings.HasSuffix(line, "<unfinished ...>") {
			begun[thread] = shown
		}
		if m := made.FindStringSubmatch(line); m != nil {
			process[m[2]] = m[2]
			if strings.Contains(line+begun[thread], "CLONE_THREAD") {
				process[m[2]] = process[thread]
			}
		}
	}
	named := regexp.MustCompile(`^(\w+)\(`)
	for _, line := range lines[begin:end] {
		thread, shown, _ := strings.Cut(line, " ")
		shown = strings.TrimSpace(shown)
		m := named.FindStringSubmatch(shown)
		if m != nil && process[thread] == parent && !slices.Contains(unsteady, m[1]) && !byMachine.MatchString(shown) {
			calls = append(calls, shown)
		}
	}
	return calls
}

// firstOfBrood is in the first call that brood itself makes, and childCopies in the start of a child that copies.
const (
	firstOfBrood = "RLIMIT_AS"
	childCopies  = `"child", "copy"`
)

// The parent of a copy of one file does little before it starts the child that copies: 109 calls when this was written,
// and 133 with another child before it. The bounds leave room for a few more, and each file that is read takes three.
func TestCallsBeforeTheFirstChild(t *testing.T) {
	for name, c := range map[string]struct {
		dest string
		most int
	}{
		"into a folder":                 {"", 120},
		"into a folder that is missing": {"/new/", 145}, // another child makes it
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 1, 4<<10)
			must(t, os.Mkdir(p.dst, 0o777))
			p.wantCalls(t, 1, c.most, firstOfBrood, "copy", "src/small-1", "dst"+c.dest)
		})
	}
}

// For each child the parent makes few calls: 26 when this was written.
func TestCallsForEachChild(t *testing.T) {
	const children = 40
	p := newPlace(t)
	p.small(t, children, 4<<10)
	must(t, os.Mkdir(p.dst, 0o777))
	p.wantCalls(t, children-1, 32, childCopies, "copy", "--quiet", "--jobs", "1", "--per-child", "1", "src", "dst")
}

// wantCalls runs brood and fails the test if the parent makes more calls than most for each of n children, from the
// first call with from on. It fails as well for less than half, since then it has counted the wrong calls.
func (p place) wantCalls(t *testing.T, n, most int, from string, args ...string) {
	t.Helper()
	start(t, p, p.traced(t, []string{"-s", "64"}, args...)).wants(0)
	calls := p.parentCalls(t, from, childCopies)
	t.Logf("%d calls, %d for each", len(calls), len(calls)/n)
	if len(calls) > n*most || len(calls) < n*most/2 {
		t.Errorf("%d calls, want %d at most, and half of that at least:\n%s",
			len(calls), n*most, strings.Join(calls, "\n"))
	}
}
