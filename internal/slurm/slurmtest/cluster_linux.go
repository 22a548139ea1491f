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

// Options are a cluster's. Their zero values are what scripts/slurm has.
type Options struct {
	Nodes int
	CPUs  int    // of each node
	Conf  string // further lines of slurm.conf
	Plain bool   // as for a user who is not root
}

// Cluster is one that is up. Its nodes are n1, n2 and so on. A method fails the test if it can't do what it says.
type Cluster struct {
	t   testing.TB
	dir string
	env []string // of the script

	hold     *exec.Cmd
	lifeline io.Closer // the cluster ends with it, and so with this process
	said     *bytes.Buffer
}

// New starts a cluster that ends with the test; of a test that failed the log has what the cluster's logs have.
func New(t testing.TB, o Options) *Cluster {
	t.Helper()
	testenv.Long(t)
	for _, daemon := range []string{"slurmctld", "slurmd", "munged"} {
		if err := installed(daemon); err != nil {
			t.Skip("needs Slurm: ", err)
		}
	}
	// The names of sockets are limited to 107 bytes, and a test's own folder may be deep.
	dir, err := os.MkdirTemp("/tmp", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) }) // where nothing began
	// Jobs of any user find it.
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

// installed tells of a daemon, which a plain user's PATH may not lead to.
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

// start returns when all nodes are in service.
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

// down ends all of it.
func (c *Cluster) down() {
	if c.t.Failed() {
		c.t.Log(c.Story())
	}
	c.lifeline.Close()
	if err := c.hold.Wait(); err != nil {
		c.t.Errorf("scripts/slurm hold: %v\n%s", err, c.said)
	}
}

// script is a call of scripts/slurm. A test runs in its package's folder, in whatever copy of the repository.
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
			return nil, errors.New("scripts/slurm is in no folder above")
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Env is what makes a command of Slurm's, or of ours, one of this cluster; to be added to its environment.
func (c *Cluster) Env() []string { return []string{"SLURM_CONF=" + c.dir + "/slurm.conf"} }

// Crash ends the node with every process on it, and tells nobody: the controller notices after some 17 s, or by Lost.
func (c *Cluster) Crash(node string) { c.t.Helper(); c.must("crash", node) }

// Cut ends the node's daemon alone. Its tasks go on, though the controller will take them for lost.
func (c *Cluster) Cut(node string) { c.t.Helper(); c.must("cut", node) }

// Heal has a node back in service that crashed or was cut.
func (c *Cluster) Heal(node string) { c.t.Helper(); c.must("heal", node) }

// Lost tells the controller now that a node is.
func (c *Cluster) Lost(node string) {
	c.t.Helper()
	c.Run("scontrol", "update", "nodename="+node, "state=down", "reason=test")
}

// Bounce stops the controller in good order and starts it. No job should notice.
func (c *Cluster) Bounce() { c.t.Helper(); c.must("bounce") }

// KillController has each command of Slurm's fail, after 4 s or 8 s. What the controller has heard in its last
// seconds is forgotten: a job that it had taken may be gone, or starts again.
func (c *Cluster) KillController() { c.t.Helper(); c.must("kill") }

// StartController starts it after KillController, and returns when the nodes that live are in service.
func (c *Cluster) StartController() { c.t.Helper(); c.must("start") }

// Processes are those on the node that are not Slurm's own, each as "PID ARGUMENTS...". Its PIDs are this process's.
func (c *Cluster) Processes(node string) (lines []string) {
	c.t.Helper()
	for line := range strings.Lines(c.must("ps", node)) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

// Enter runs a command on the node, which is to have namespaces of its own (root has them).
func (c *Cluster) Enter(node string, command ...string) (stdout string) {
	c.t.Helper()
	return c.must(append([]string{"enter", node}, command...)...)
}

// must calls the script.
func (c *Cluster) must(args ...string) (stdout string) {
	c.t.Helper()
	cmd, err := c.script(args...)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.output(cmd)
}
