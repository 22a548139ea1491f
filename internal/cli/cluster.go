package cli

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

// readCluster reads the flags of a run on a cluster. flags are those of the command. The other ones are in spec.
func readCluster(c *cli.Context, spec *run.Spec, flags []flag) (err error) {
	if !c.IsSet("on") {
		for _, f := range append(forCluster.of(flags), forSbatch.of(flags)...) {
			if name := f.Names()[0]; c.IsSet(name) {
				return fmt.Errorf("--%s requires --on slurm", name)
			}
		}
		return nil
	}
	if on := c.String("on"); on != "slurm" {
		return fmt.Errorf("--on %q: want slurm", on)
	}
	k := &run.Cluster{
		JobFolder: c.String("job-dir"), Throttle: c.Int("array-throttle"),
		PerTask: c.Int("per-task"), Detach: c.Bool("detach"),
	}
	if k.Heartbeat, err = duration("heartbeat", c.String("heartbeat")); err != nil {
		return err
	}
	if err := readCounts(c, k); err != nil {
		return err
	}
	if err := fitsCluster(c, spec, k); err != nil {
		return err
	}
	for _, f := range forSbatch.of(flags) {
		if name := f.Names()[0]; c.IsSet(name) {
			k.Sbatch = append(k.Sbatch, "--"+name+"="+c.String(name))
		}
	}
	k.Sbatch = append(k.Sbatch, c.StringSlice("slurm-arg")...)
	k.Flags = append(passedOn(c, flags), k.Flags...)
	if spec.Rate > 0 {
		k.Flags = append(k.Flags, fmt.Sprint("--bwlimit=", max(spec.Rate/int64(k.Throttle), 4096)))
	}
	if spec.Files.Checksums != "" && !c.Bool("verify") {
		k.Flags = append(k.Flags, "--verify")
	}
	spec.Cluster = k
	return nil
}

// passedOn returns the flags that every task gets as they were given.
func passedOn(c *cli.Context, flags []flag) (passed []string) {
	for _, f := range forChildren.of(flags) {
		name := f.Names()[0]
		switch _, several := f.Flag.(*cli.StringSliceFlag); {
		case !c.IsSet(name):
		case several:
			for _, value := range c.StringSlice(name) {
				passed = append(passed, fmt.Sprintf("--%s=%s", name, value))
			}
		default:
			passed = append(passed, fmt.Sprintf("--%s=%v", name, c.Value(name)))
		}
	}
	if c.Command.Name == runName {
		return passed // its children are daemons
	}
	return append(passed, "--daemon") // no child may stay on a node
}

const (
	heartbeatLeast = 2 * time.Second // a network file system may show what is older than a shorter one
	cpusUsual      = 2               // for a task: one child hashes its file while another one reads
)

// readCounts reads how many nodes, tasks, CPUs and children a run may use.
func readCounts(c *cli.Context, k *run.Cluster) error {
	nodes, cpus := c.Int("nodes"), c.Int("cpus-per-task")
	switch {
	case c.IsSet("nodes") && c.IsSet("array-throttle"):
		return errors.New("--nodes and --array-throttle: want one of the two")
	case nodes < 0, c.IsSet("nodes") && nodes == 0:
		return fmt.Errorf("--nodes %d: want 1 or more", nodes)
	case k.Throttle < 0:
		return fmt.Errorf("--array-throttle %d: want 1 or more", k.Throttle)
	case k.PerTask < 0, c.IsSet("per-task") && k.PerTask == 0:
		return fmt.Errorf("--per-task %d: want 1 or more", k.PerTask)
	case cpus < 0, c.IsSet("cpus-per-task") && cpus == 0:
		return fmt.Errorf("--cpus-per-task %d: want 1 or more", cpus)
	case k.Heartbeat < heartbeatLeast:
		return fmt.Errorf("--heartbeat %s: want %s or more", k.Heartbeat, heartbeatLeast)
	}
	if slots, err := strconv.Atoi(c.String("jobs")); c.IsSet("jobs") && err == nil && slots > 0 {
		k.Slots = slots
	}
	if nodes > 0 {
		k.Throttle = nodes
		k.Sbatch = append(k.Sbatch, "--exclusive")
	}
	if cpus == 0 && k.Slots > 0 {
		cpus = k.Slots
	}
	if cpus == 0 && nodes == 0 {
		cpus = cpusUsual
	}
	if cpus > 0 {
		k.Sbatch = append(k.Sbatch, fmt.Sprint("--cpus-per-task=", cpus))
	}
	if !c.IsSet("jobs") && cpus > 0 {
		k.Slots = cpus
		k.Flags = append(k.Flags, fmt.Sprint("--jobs=", cpus))
	}
	return nil
}

// fitsCluster returns an error for what cannot be had on a cluster.
func fitsCluster(c *cli.Context, spec *run.Spec, k *run.Cluster) error {
	files := spec.Files
	switch {
	case runtime.GOOS == "windows":
		return errors.New("--on slurm: not from Windows")
	case spec.Resume:
		return errors.New("--resume: not with --on slurm, where tasks on two machines may work on the same file")
	case slices.ContainsFunc(c.StringSlice("slurm-arg"), isReserved):
		return fmt.Errorf("--slurm-arg %q: brood itself sets these: %s",
			c.StringSlice("slurm-arg"), strings.Join(reserved(), " "))
	case spec.Rate > 0 && k.Throttle == 0:
		return errors.New(
			"--bwlimit with --on slurm requires --nodes or --array-throttle: the tasks share the rate equally")
	case k.Detach && spec.Halt != run.Halt{}:
		return errors.New("--detach: nobody is left to watch for --halt or --max-errors")
	case k.Detach && spec.Daemon:
		return errors.New("--detach and --daemon: daemon tasks do not outlive the process that follows them")
	case k.Detach && (files.Record != "" || files.Report != "" || files.Checksums != "" || files.Joblog != ""):
		return errors.New("--detach: nobody is left to write --record, --report, --checksums or --joblog; " +
			"brood follow can")
	}
	return nil
}

// reserved are the flags of sbatch without which brood could not follow the tasks, with their short forms.
func reserved() []string {
	return []string{
		"--array", "-a", "--job-name", "-J", "--output", "-o", "--open-mode", "--parsable",
		"--dependency", "-d", "--wait", "-W", "--wrap",
	}
}

func isReserved(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return slices.ContainsFunc(reserved(), func(flag string) bool {
		return name == flag || len(flag) == 2 && strings.HasPrefix(arg, flag)
	})
}
