package slurmtest_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"brood/internal/slurm/slurmtest"
	"brood/internal/testenv"
)

// modes runs a test twice: with nodes that have namespaces, and with plain nodes.
func modes(t *testing.T, test func(t *testing.T, o slurmtest.Options)) {
	t.Parallel() // the time is mostly Slurm's waiting
	t.Run("namespaces", func(t *testing.T) {
		t.Parallel()
		if os.Geteuid() != 0 {
			t.Skip("needs root: namespaces")
		}
		test(t, slurmtest.Options{})
	})
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		test(t, slurmtest.Options{Plain: true})
	})
}

// until polls until the condition holds. Its deadline is generous: tests do not measure time.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testenv.Patience); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("timeout after %v: %s", testenv.Patience, what)
		}
	}
}

// task is the script of all jobs here. Each run adds a line "NODE RESTARTS" to a file and does not end. It has two
// children, one of them in its own session.
const task = `#!/bin/sh
echo "$SLURMD_NODENAME ${SLURM_RESTART_COUNT-0}" >>"$1"
setsid sleep 1000 &
sleep 1000 &
exec sleep 1000
`

// job is a job of a cluster.
type job struct {
	t    *testing.T
	c    *slurmtest.Cluster
	id   string
	file string
}

func submit(t *testing.T, c *slurmtest.Cluster, flags ...string) job {
	t.Helper()
	dir := t.TempDir()
	script, file := filepath.Join(dir, "task"), filepath.Join(dir, "runs")
	if err := os.WriteFile(script, []byte(task), 0o755); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--parsable", "--output=/dev/null", "--requeue"}, flags...)
	return job{t, c, c.Run("sbatch", append(args, script, file)...), file}
}

// runs returns the runs of the job until now, as "NODE RESTARTS".
func (j job) runs() []string {
	text, _ := os.ReadFile(j.file)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// running waits until the first run has all its processes, and returns its node.
func (j job) running() (node string) {
	j.t.Helper()
	until(j.t, "the job runs", func() bool {
		runs := j.runs()
		node = strings.TrimSuffix(runs[0], " 0")
		return len(runs) == 1 && j.c.State(j.id) == "RUNNING "+node && asleep(j.c.Processes(node))
	})
	return node
}

// asleep tells whether all processes are sleep. After the fork each is still a shell.
func asleep(processes []string) bool {
	return len(processes) == 3 && !slices.ContainsFunc(processes, func(p string) bool {
		_, args, _ := strings.Cut(p, " ")
		return args != "sleep 1000"
	})
}

// requeued waits until the job runs again, on another node.
func (j job) requeued(first string) {
	j.t.Helper()
	until(j.t, "the job runs again", func() bool { return len(j.runs()) == 2 })
	if again := j.runs()[1]; again == first+" 1" || !strings.HasSuffix(again, " 1") {
		j.t.Errorf("the second run is %q, the first was on %s", again, first)
	}
}

// conf returns the path of the cluster's slurm.conf.
func conf(c *slurmtest.Cluster) string { return strings.TrimPrefix(c.Env()[0], "SLURM_CONF=") }

// alive returns the processes with these variables in their environment. The script itself finds processes in another
// way.
func alive(conf string, variables ...string) (pids []string) {
	variables = append(variables, "SLURM_CONF="+conf)
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		has := func(v string) bool { return bytes.Contains(append([]byte{0}, text...), []byte("\x00"+v+"\x00")) }
		if !slices.ContainsFunc(variables, func(v string) bool { return !has(v) }) {
			args, _ := os.ReadFile(filepath.Dir(file) + "/cmdline")
			pids = append(pids, fmt.Sprintf("%s %q", filepath.Base(filepath.Dir(file)), args))
		}
	}
	return pids
}

// wantNothing waits until the processes and the folder of a cluster are gone.
func wantNothing(t *testing.T, conf string) {
	t.Helper()
	deadline := time.Now().Add(testenv.Patience)
	for {
		left := alive(conf)
		_, err := os.Lstat(filepath.Dir(conf))
		if len(left) == 0 && os.IsNotExist(err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left: %q; %s: %v", left, filepath.Dir(conf), err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
