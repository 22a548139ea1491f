package slurmtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"brood/internal/testenv"
)

// Options describe a cluster. A zero value means the default of scripts/slurm.
type Options struct {
	Nodes int
	CPUs  int    // of each node
	Conf  string // further lines of slurm.conf
	Plain bool   // also as root: nodes without process trees of their own
}

// Cluster is a running cluster with the nodes n1, n2 and so on. A method that cannot do its work fails the test.
type Cluster struct {
	t   testing.TB
	dir string
	env []string // of the script

	hold     *exec.Cmd
	lifeline io.Closer     // the cluster ends when this closes, and so ends with this process
	said     *bytes.Buffer // standard error of the script
}

// New starts a cluster that ends with the test. If the test fails, its log gets the end of the cluster's logs.
func New(t testing.TB, o Options) *Cluster {
	t.Helper()
	testenv.Long(t)
	for _, daemon := range []string{"slurmctld", "slurmd", "munged"} {
		if err := installed(daemon); err != nil {
			t.Skip("needs Slurm: ", err)
		}
	}
	// The path of a socket has at most 107 bytes, so t.TempDir may be too deep.
	dir, err := os.MkdirTemp("/tmp", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) }) // if the cluster does not start
	// Jobs of all users need access.
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c := &Cluster{t: t, dir: dir, env: o.env(dir), said: new(bytes.Buffer)}
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.down)
	return c
}

// installed returns an error if a daemon is missing. It also looks in /usr/sbin, which a user's PATH may not have.
func installed(daemon string) error {
	_, err := exec.LookPath(daemon)
	if err != nil {
		if _, there := exec.LookPath("/usr/sbin/" + daemon); there == nil {
			return nil
		}
	}
	return err
}

func (o Options) env(dir string) []string {
	env := append(os.Environ(), "BROOD_SLURM_DIR="+dir, "BROOD_SLURM_CONF="+o.Conf)
	if o.Nodes > 0 {
		env = append(env, "BROOD_SLURM_NODES="+strconv.Itoa(o.Nodes))
	}
	if o.CPUs > 0 {
		env = append(env, "BROOD_SLURM_CPUS="+strconv.Itoa(o.CPUs))
	}
	if o.Plain {
		env = append(env, "BROOD_SLURM_PLAIN=1")
	}
	return env
}

// start starts the cluster and returns when all nodes are in service.
func (c *Cluster) start() error {
	var err error
	if c.hold, err = c.script("hold"); err != nil {
		return err
	}
	c.hold.Stderr = c.said
	if c.lifeline, err = c.hold.StdinPipe(); err != nil {
		return err
	}
	stdout, err := c.hold.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.hold.Start(); err != nil {
		return err
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		return fmt.Errorf("scripts/slurm hold: %w\n%s", errors.Join(err, c.hold.Wait()), c.said)
	}
	return nil
}

// down ends the cluster.
func (c *Cluster) down() {
	if c.t.Failed() {
		c.t.Log(c.report())
	}
	c.lifeline.Close()
	if err := c.hold.Wait(); err != nil {
		c.t.Errorf("scripts/slurm hold: %v\n%s", err, c.said)
	}
}

// script returns a command that runs scripts/slurm. It looks for the script in the folders above the test's package.
func (c *Cluster) script(args ...string) (*exec.Cmd, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for ; ; dir = filepath.Dir(dir) {
		if path := filepath.Join(dir, "scripts", "slurm"); isFile(path) {
			cmd := exec.Command(path, args...)
			cmd.Env = c.env
			return cmd, nil
		}
		if dir == filepath.Dir(dir) {
			return nil, errors.New("scripts/slurm: not found in any folder above")
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Env returns variables for the environment of a command, so that it uses this cluster.
func (c *Cluster) Env() []string { return []string{"SLURM_CONF=" + c.dir + "/slurm.conf"} }

// Crash ends the node and all its processes. The controller notices after about 17 s, or at once after [Cluster.Lost].
func (c *Cluster) Crash(node string) { c.t.Helper(); c.must("crash", node) }

// Cut ends only the node's daemon. The tasks go on, but the controller will take them for lost.
func (c *Cluster) Cut(node string) { c.t.Helper(); c.must("cut", node) }

// Heal puts a node back in service after Crash or Cut.
func (c *Cluster) Heal(node string) { c.t.Helper(); c.must("heal", node) }

// Lost tells the controller that the node is down.
func (c *Cluster) Lost(node string) {
	c.t.Helper()
	c.Run("scontrol", "update", "nodename="+node, "state=down", "reason=test")
}

// Bounce shuts the controller down and starts it again. No job should notice.
func (c *Cluster) Bounce() { c.t.Helper(); c.must("bounce") }

// KillController kills the controller. Slurm's commands then fail after 4 s or 8 s. The controller loses its last
// seconds: a job that it had accepted may be gone, or may start again.
func (c *Cluster) KillController() { c.t.Helper(); c.must("kill") }

// StartController starts the controller after KillController. It returns when all live nodes are in service.
func (c *Cluster) StartController() { c.t.Helper(); c.must("start") }

// Processes returns the processes on the node without Slurm's own, each as "PID ARGUMENTS...". The PIDs are valid in
// this process too.
func (c *Cluster) Processes(node string) (lines []string) {
	c.t.Helper()
	for line := range strings.Lines(c.must("ps", node)) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

// Enter runs a command inside the namespaces of the node. Only a cluster of root has them.
func (c *Cluster) Enter(node string, command ...string) (stdout string) {
	c.t.Helper()
	return c.must(append([]string{"enter", node}, command...)...)
}

// must runs the script, and returns its standard output.
func (c *Cluster) must(args ...string) (stdout string) {
	c.t.Helper()
	cmd, err := c.script(args...)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.output(cmd)
}
