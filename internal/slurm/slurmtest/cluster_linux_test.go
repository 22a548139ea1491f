package slurmtest_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/slurm/slurmtest"
)

func TestEndsWithTheTest(t *testing.T) {
	modes(t, func(t *testing.T, o slurmtest.Options) {
		for _, name := range []string{"once", "again"} {
			var left string
			t.Run(name, func(t *testing.T) {
				c := slurmtest.New(t, o)
				left = conf(c)
				submit(t, c).running()
				if len(alive(left)) < 8 { // the daemons of three nodes, two others, and three of the job
					t.Errorf("alive: %q", alive(left))
				}
			})
			if left != "" {
				wantNothing(t, left)
			}
		}
	})
}

func TestEndsWithTheProcess(t *testing.T) {
	const variable = "BROOD_SLURMTEST_KILLED"
	if os.Getenv(variable) != "" {
		c := slurmtest.New(t, slurmtest.Options{})
		submit(t, c).running()
		os.Stdout.WriteString(conf(c))
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	t.Parallel()
	slurmtest.New(t, slurmtest.Options{}) // skips the test without Slurm
	cmd := exec.Command(os.Args[0], "-test.run=^TestEndsWithTheProcess$")
	// The killed process leaves its temporary folder, so that is below ours.
	cmd.Env = append(os.Environ(), variable+"=1", "TMPDIR="+t.TempDir())
	stdout, err := cmd.Output()
	if !strings.HasSuffix(string(stdout), "/slurm.conf") {
		t.Fatalf("standard output %q, %v", stdout, err)
	}
	wantNothing(t, string(stdout))
}

func TestOptions(t *testing.T) {
	t.Parallel()
	c := slurmtest.New(t, slurmtest.Options{Nodes: 2, CPUs: 1, Conf: "MaxArraySize=11\nMaxJobCount=20"})
	if got, want := c.Run("sinfo", "-h", "-N", "-o", "%N %c %T"), "n1 1 idle\nn2 1 idle"; got != want {
		t.Errorf("nodes: %q, want %q", got, want)
	}
	config := strings.Fields(c.Run("scontrol", "show", "config"))
	for name, want := range map[string]string{"MaxArraySize": "11", "MaxJobCount": "20"} {
		if i := slices.Index(config, name); i < 0 || config[i+2] != want {
			t.Errorf("%s is not %s", name, want)
		}
	}
}

func TestCrash(t *testing.T) {
	modes(t, func(t *testing.T, o slurmtest.Options) {
		c := slurmtest.New(t, o)
		j := submit(t, c)
		node := j.running()

		c.Crash(node)
		if left := append(c.Processes(node), alive(conf(c), "SLURMD_NODENAME="+node)...); len(left) > 0 {
			t.Fatalf("processes left on the node: %q", left)
		}
		c.Lost(node)
		j.requeued(node)

		c.Heal(node)
		if got := submit(t, c, "--nodelist="+node).running(); got != node {
			t.Errorf("the job runs on %s, not on %s", got, node)
		}
	})
}

func TestCut(t *testing.T) {
	modes(t, func(t *testing.T, o slurmtest.Options) {
		c := slurmtest.New(t, o)
		j := submit(t, c)
		node := j.running()
		before := c.Processes(node)

		c.Cut(node)
		c.Lost(node)
		j.requeued(node)
		if after := c.Processes(node); !slices.Equal(before, after) {
			t.Errorf("processes on the cut node: %q, then %q", before, after)
		}
		c.Heal(node)
	})
}

func TestControllerAway(t *testing.T) {
	t.Parallel()
	c := slurmtest.New(t, slurmtest.Options{})
	j := submit(t, c)
	node := j.running()
	before := c.Processes(node)

	c.Bounce()
	if state, after := c.State(j.id), c.Processes(node); state != "RUNNING "+node || !slices.Equal(before, after) {
		t.Errorf("the job is %s; its processes were %q and are %q", state, before, after)
	}
	c.KillController()
	out, err := c.Command("squeue").CombinedOutput()
	// A controller that is just dying may still reset the connection.
	if err == nil || !strings.Contains(string(out), "slurm_load_jobs error: ") {
		t.Errorf("without a controller squeue prints %q, %v", out, err)
	}
	c.StartController()
	submit(t, c).running()
}
