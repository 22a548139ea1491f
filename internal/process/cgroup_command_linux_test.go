package process_test

import (
	"errors"
	"io/fs"
	"os/exec"
	"strings"
	"testing"
	"time"

	"brood/internal/process"
	"brood/internal/process/umltest"
)

// A command with a limit has a group in place of RLIMIT_DATA, and the group counts its descendants. A program that is
// missing does not keep the next command out of a group.
func TestCgroupOfCommand(t *testing.T) {
	inGroup(t, nobody, nobody, func(t *testing.T, group string) {
		own, err := exec.Command("/bin/sh", "-c", "ulimit -d").Output()
		must(t, err)
		both := process.Limits{Memory: small.Memory, CPUTime: time.Hour}
		for _, limits := range []process.Limits{small, both} {
			for _, daemon := range []bool{false, true} {
				missing := process.New(process.Config{Command: &process.Command{Path: "/missing"}, Limits: limits})
				if err := missing.Start(); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%v", err)
				}
				out, exit := runCommand(t, process.Config{Command: shell("ulimit -d; cat /proc/self/cgroup"), Limits: limits,
					Daemon: &daemon})
				if !strings.HasPrefix(out, string(own)+"0::") || !strings.Contains(out, "/brood-") ||
					strings.Contains(out, "/parent") || exit.Code != 0 {
					t.Errorf("%q, %+v", out, exit)
				}
				if daemon {
					continue
				}
				out, exit = runCommand(t, process.Config{Limits: limits, Daemon: &daemon,
					Command: shell("(head -c 300M /dev/zero | tail >/dev/null) & wait; echo ended")})
				if got := limits.Reached(exit, ""); got != "memory limit of 64 MiB" || out != "" {
					t.Errorf("%q, %+v, by limit %q", out, exit, got)
				}
			}
		}
		process.Finish(time.Second)
		umltest.WantUnused(t, group)
	})
}
