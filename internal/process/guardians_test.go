//go:build unix

package process_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"brood/internal/process"
)

// guardiansKilled starts a daemon and kills all guardians, twice. It writes the PIDs of all guardians, and
// hangs when new ones are up.
func guardiansKilled(w *process.Work) error {
	p := process.New(process.Config{Target: "descendant", Daemon: new(true), Events: true})
	if err := p.Start(); err != nil {
		return err
	}
	pid, _ := p.PID()
	fmt.Fprintln(w.Events, "daemon", pid)
	for line := range lineReader(p.Events()) {
		if line == "up" {
			break
		}
		fmt.Fprintln(w.Events, line)
	}
	for _, time := range []string{"first", "second"} {
		killed := guardiansOf(os.Getpid())
		for i, guardian := range killed {
			_ = syscall.Kill(guardian, syscall.SIGKILL)
			fmt.Fprintf(w.Events, "%s-%d %d\n", time, i, guardian)
		}
		if !eventually(func() bool {
			guardians := guardiansOf(os.Getpid())
			return len(guardians) == 2 && !slices.ContainsFunc(guardians,
				func(pid int) bool { return slices.Contains(killed, pid) })
		}) {
			return fmt.Errorf("guardians: %v, killed: %v", guardiansOf(os.Getpid()), killed)
		}
	}
	return hang(w)
}

// guardianOf returns a guardian of a parent; 0 for none.
func guardianOf(parent int) int {
	for _, pid := range guardiansOf(parent) {
		return pid
	}
	return 0
}

// guardiansOf returns a parent's guardians, once they run this program.
func guardiansOf(parent int) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if strings.Contains(string(text), fmt.Sprintf("\x00guardian\x00--parent=%d\x00", parent)) {
			pids = append(pids, atoi(filepath.Base(filepath.Dir(file))))
		}
	}
	return pids
}
