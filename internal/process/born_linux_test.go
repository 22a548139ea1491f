package process_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"brood/internal/process"
)

func init() { targets["stillbirths"] = stillbirths }

// stillbirths starts a child as configured and says how it has ended.
func stillbirths(w *process.Work) error {
	c := process.Config{Target: "return"}
	if len(w.Args) > 0 {
		c = process.Config{Command: shell("kill -INT $$")}
	}
	p := process.New(c)
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.Join(); err != nil {
		return err
	}
	exit, err := p.Exit()
	if err == nil && exit.Stillborn {
		return process.ExitStatus(40)
	}
	return process.ExitStatus(-exit.Code)
}

// strace signals the child when it enters setpgid, as Ctrl-C may do: until then it is in the group of its parent.
func TestStillborn(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil || exec.Command(strace, "-f", "-qq", "-o", "/dev/null", "true").Run() != nil {
		t.Skip("needs strace, and the right to trace")
	}
	for name, row := range map[string]struct {
		before, argv []string
		want         int
	}{
		"a signal before exec": {[]string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=setpgid",
			"-e", "inject=setpgid:signal=SIGINT:when=1"}, nil, 40},
		"no signal":           {nil, nil, 0},
		"a signal after exec": {nil, []string{"--", "command"}, 2},
	} {
		argv := append(row.before, "/proc/self/exe", "child", "stillbirths")
		if row.before != nil {
			argv[len(row.before)] = os.Args[0]
		}
		cmd := exec.Command(argv[0], append(argv[1:], row.argv...)...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != row.want {
			t.Errorf("%s: status %d, want %d; it says %q", name, got, row.want, strings.TrimSpace(string(out)))
		}
	}
}
