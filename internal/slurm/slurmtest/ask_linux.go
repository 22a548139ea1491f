package slurmtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Command returns a command, of Slurm or any other, that uses this cluster.
func (c *Cluster) Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), c.Env()...)
	return cmd
}

// Run runs such a command. It returns the standard output without the last newline.
func (c *Cluster) Run(name string, args ...string) (stdout string) {
	c.t.Helper()
	return strings.TrimSuffix(c.output(c.Command(name, args...)), "\n")
}

func (c *Cluster) output(cmd *exec.Cmd) string {
	c.t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("%q: %v\n%s%s", cmd.Args, err, stdout, stderr.Bytes())
	}
	return string(stdout)
}

// State returns the state and node of a task, or of a job without an array, as "RUNNING n1". It is empty if the
// controller does not know the job.
func (c *Cluster) State(job string) string {
	c.t.Helper()
	for line := range strings.Lines(c.Run("squeue", "-h", "-r", "-t", "all", "-o", "%i %T %N")) {
		if id, state, _ := strings.Cut(strings.TrimSpace(line), " "); id == job {
			return state
		}
	}
	return ""
}

// report describes the cluster: its jobs, its nodes and the last lines of its logs.
func (c *Cluster) report() string {
	var b strings.Builder
	for _, args := range [][]string{{"squeue", "-t", "all"}, {"sinfo", "-N", "-o", "%N %T %E"}} {
		out, _ := c.Command(args[0], args[1:]...).CombinedOutput()
		fmt.Fprintf(&b, "%s:\n%s", args[0], out)
	}
	logs, _ := filepath.Glob(c.dir + "/log/*.log")
	for _, log := range logs {
		text, _ := os.ReadFile(log)
		lines := strings.SplitAfter(string(text), "\n")
		fmt.Fprintf(&b, "%s:\n%s", filepath.Base(log), strings.Join(lines[max(0, len(lines)-30):], ""))
	}
	return b.String()
}
