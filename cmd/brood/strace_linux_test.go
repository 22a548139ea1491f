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

// mayTrace returns the path of strace, or an error if strace is missing or may not trace.
var mayTrace = sync.OnceValues(func() (string, error) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		return "", err
	}
	trace := exec.Command(strace, "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=openat", "true")
	return strace, trace.Run()
})

// traced returns a command that runs brood under strace, with further flags for strace. The trace goes to a file of
// the place, and has the paths of descriptors.
func (p place) traced(t *testing.T, flags []string, args ...string) *exec.Cmd {
	t.Helper()
	strace, err := mayTrace()
	if err != nil {
		t.Skipf("needs strace: %v", err)
	}
	trace := []string{"-f", "-y", "-qq", "-e", "signal=none", "-o", p.dir + "/trace"}
	cmd := exec.Command(strace, slices.Concat(trace, flags, []string{p.named(t)}, args)...)
	cmd.Dir, cmd.Env = p.dir, append(os.Environ(), p.mark())
	return cmd
}

// call is a system call in a trace.
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

// calls returns the system calls of the trace, in the order of their ends.
func (p place) calls(t *testing.T) (calls []call) {
	t.Helper()
	trace, err := os.ReadFile(p.dir + "/trace")
	must(t, err)
	begun := map[string]string{} // by thread: the first part of a call that another thread interrupts
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

// objects returns the paths in the arguments: those of descriptors, and names joined to the folder before them.
func (c call) objects() (paths []string) {
	for _, m := range objectShown.FindAllStringSubmatch(c.args, -1) {
		folder, name := m[1], m[2]
		if !byName.MatchString(c.name) {
			name = "" // the name of an attribute
		}
		if !path.IsAbs(name) {
			name = path.Join(folder, name)
		}
		paths = append(paths, name)
	}
	return paths
}

// childArgs returns the command line of a child for names of the place.
func (p place) childArgs(target string, flags []string, names ...string) []string {
	child := []string{"child", target, "--source=" + p.src, "--dest=" + p.dst}
	return slices.Concat(child, flags, []string{"--"}, names)
}
