package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"brood/internal/testenv"
)

// withProc returns a command that runs brood in new namespaces. A line of sh changes /proc there, and then runs "$@".
func (p place) withProc(t *testing.T, program, before string, args ...string) *exec.Cmd {
	t.Helper()
	needsRoot(t, "it mounts")
	needs(t, "unshare")
	in := []string{"--mount", "--pid", "--fork", "--kill-child=KILL", "sh", "-c", before, "sh", program}
	cmd := exec.Command("unshare", slices.Concat(in, args)...)
	cmd.Env = append(os.Environ(), p.mark(), "LC_ALL=C")
	cmd.Dir = p.dir
	return cmd
}

// Without /proc, brood does what it can. For the rest it prints one line with the reason.
func TestWithoutProc(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	// The test binary may be built with cgo. Then it needs /proc to confine a process.
	const own = "--confine=never"
	for name, before := range map[string]string{
		"none":                `umount -l /proc && "$@"`,
		"another file system": `mount -t tmpfs tmpfs /proc && "$@"`,
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 3, 1000)
			program, same := p.released(t), p.dir+"/same" // the race detector prints warnings of its own
			must(t, os.CopyFS(same, os.DirFS(p.src)))
			for _, row := range []struct {
				args   []string
				status int
				says   string // the one line on standard error
			}{
				{[]string{"copy", p.src, p.dst}, 2,
					"brood: no /proc is mounted here, and nothing can be copied without it: "},
				{[]string{"copy", "--daemon", "-a", p.src, p.dst}, 2, "brood: no /proc is mounted here, "},
				{[]string{"copy", "--quiet", "--dry-run", own, p.src, p.dst}, 0, ""},
				{[]string{"verify", "--quiet", own, p.src, same}, 0, ""},
				{[]string{"verify", "--quiet", "--daemon", own, p.src, same}, 0, ""},
				{[]string{"ps"}, 2, "brood: look for broods: no /proc here"},
				{[]string{"ps", "--json"}, 2, "brood: look for broods: no /proc here"},
				{[]string{"ps", "--watch"}, 2, "brood: look for broods: no /proc here"},
				{[]string{"limit", "1"}, 2, "brood: limit 1: /proc does not show it"},
				{[]string{"lesson", "pids", "--pace=0", "--quiet"}, 0, ""},
				{[]string{"lesson", "terminate", "--pace=0", "--quiet"}, 0, ""},
				{[]string{"lesson", "zombie"}, 2, "brood: lesson zombie: needs /proc, and this system has none"},
				{[]string{"lesson", "orphan"}, 2, "brood: lesson orphan: needs /proc, and this system has none"},
				{[]string{"lesson", "killed"}, 2, "brood: lesson killed: needs /proc, and this system has none"},
				{[]string{"lesson", "subreaper"}, 2,
					"brood: lesson subreaper: needs /proc, and this system has none"},
				{[]string{"lesson", "stall"}, 2, "brood: lesson stall: needs /proc, and this system has none"},
				{[]string{"lesson", "quiz"}, 2, "brood: quiz: needs /proc as on Linux, and this system has none"},
			} {
				r := start(t, p, p.withProc(t, program, before, row.args...))
				r.wants(row.status)
				got := r.stderr()
				if strings.Count(got, "\n") > 1 || !strings.HasPrefix(got, row.says) ||
					(row.says == "") != (got == "") {
					t.Errorf("brood %q: stderr %q, want %q", row.args, got, row.says)
				}
				if strings.Contains(r.stdout(), "SIGTERM: -\n") {
					t.Errorf("brood %q prints a state that it cannot know:\n%s", row.args, r.stdout())
				}
			}
			if _, err := os.Stat(p.dst); err == nil {
				t.Error("the destination exists, want none")
			}
		})
	}
}

// When /proc hides other users' processes, brood ps says that its list is not complete.
func TestHiddenProcesses(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	needs(t, "setpriv")
	p := newPlace(t)
	p.small(t, 3, 1000)
	program := p.released(t)
	const nobody = `mount -t proc -o hidepid=2 proc /proc && setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`
	const root = `mount -t proc -o hidepid=2 proc /proc && "$@"`
	const note = "brood: other users' processes are hidden here: /proc is mounted with hidepid\n"
	for _, row := range []struct {
		before string
		args   []string
		says   string
	}{
		{nobody, []string{"ps"}, note},
		{nobody, []string{"ps", "--json"}, note},
		{root, []string{"ps"}, ""},
		{nobody, []string{"copy", "--quiet", p.src, p.dir + "/dst"}, ""},
		{nobody, []string{"lesson", "quiz", "--answers", "--actions=2"}, ""},
		{nobody, []string{"lesson", "orphan", "--pace=0"}, ""},
	} {
		r := start(t, p, p.withProc(t, program, row.before, row.args...))
		r.wants(0)
		if got := r.stderr(); got != row.says {
			t.Errorf("brood %q: stderr %q, want %q", row.args, got, row.says)
		}
	}
	p.equal(t)
}
