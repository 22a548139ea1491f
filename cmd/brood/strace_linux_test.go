//go:build linux

package main

import (
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// mayTrace is nil where strace is, and may trace.
var mayTrace = sync.OnceValues(func() (string, error) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		return "", err
	}
	return strace, exec.Command(strace, "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=openat", "true").Run()
})

// traced is a brood under strace, which is asked for more by flags. The trace goes to
// a file of the place, with the paths of descriptors.
func (p place) traced(t *testing.T, flags []string, args ...string) *exec.Cmd {
	t.Helper()
	strace, err := mayTrace()
	if err != nil {
		t.Skipf("needs strace: %v", err)
	}
	cmd := exec.Command(strace, slices.Concat(
		[]string{"-f", "-y", "-qq", "-e", "signal=none", "-o", p.dir + "/trace"}, flags, []string{p.named(t)}, args)...)
	cmd.Dir, cmd.Env = p.dir, append(os.Environ(), p.mark())
	return cmd
}

// named is a program by the name of brood, which strace cannot give it. The race detector would make
// each start several times as dear.
func (p place) named(t *testing.T) string {
	t.Helper()
	if raceEnabled {
		return p.released(t)
	}
	self, err := os.Executable()
	must(t, err)
	if err := os.Symlink(self, p.dir+"/brood"); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	return p.dir + "/brood"
}

// call is a system call as strace shows it.
type call struct {
	name, args, result string
}

func (c call) injected() bool { return strings.HasSuffix(c.result, "(INJECTED)") }

func (c call) failed() bool { return strings.HasPrefix(c.result, "-1 ") }

var (
	callShown   = regexp.MustCompile(`^(\w+)\((.*)\) += (.*)$`)
	objectShown = regexp.MustCompile(`(?:\d+|AT_FDCWD)<(/[^<>]*)>(?:, "([^"]*)")?`)
	byName      = regexp.MustCompile(`at2?$`)
)

// calls are those of the trace, in the order in which they ended.
func (p place) calls(t *testing.T) (calls []call) {
	t.Helper()
	trace, err := os.ReadFile(p.dir + "/trace")
	must(t, err)
	begun := map[string]string{} // by thread, where another one's line came between
	for line := range strings.Lines(string(trace)) {
		thread, shown, _ := strings.Cut(strings.TrimSpace(line), " ")
		shown = strings.TrimSpace(shown)
		if start, ok := strings.CutSuffix(shown, " <unfinished ...>"); ok {
			begun[thread] = start
			continue
		}
		if strings.HasPrefix(shown, "<... ") {
			_, rest, _ := strings.Cut(shown, " resumed>")
			shown = begun[thread] + rest
		}
		if m := callShown.FindStringSubmatch(shown); m != nil {
			calls = append(calls, call{m[1], m[2], m[3]})
		}
	}
	return calls
}

// objects are the paths that the call is about: descriptors, and names in the folder
// before them.
func (c call) objects() (paths []string) {
	for _, m := range objectShown.FindAllStringSubmatch(c.args, -1) {
		folder, name := m[1], m[2]
		if !byName.MatchString(c.name) {
			name = "" // that of an attribute
		}
		if !path.IsAbs(name) {
			name = path.Join(folder, name)
		}
		paths = append(paths, name)
	}
	return paths
}

// childArgs are the command line of a child at work on names of the place.
func (p place) childArgs(target string, flags []string, names ...string) []string {
	return slices.Concat([]string{"child", target, "--source=" + p.src, "--dest=" + p.dst}, flags, []string{"--"}, names)
}
