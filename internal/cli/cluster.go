package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"brood/internal/slurm"
)

// cluster is what the flags of a run on a cluster say.
type cluster struct {
	on        bool
	dir       string   // the job folder; "" is one beside DEST
	sbatch    []string // flags of sbatch
	flags     []string // of brood copy, as each task gets them
	throttle  int      // tasks at once; 0: as many as Slurm starts
	jobs      int      // children at once of a task; 0: the CPUs of its node
	perTask   int      // files of a task at the most; 0: as many as give it enough to do
	heartbeat time.Duration
	detach    bool
}

// clusterOnly are the flags that say nothing about a run on this machine.
var clusterOnly = []string{"job-dir", "partition", "nodes", "cpus-per-task", "time", "account", "qos", "constraint", "slurm-arg", "array-throttle", "per-task", "heartbeat", "detach"}

func clusterFlags() []cli.Flag {
	return []cli.Flag{
		oneOf(&cli.StringFlag{Name: "on", Category: aboutCluster, Usage: "copy on `WHERE`, not on this machine: slurm, a cluster whose nodes see SOURCE and DEST as this machine does"},
			"slurm"),
		&cli.StringFlag{Name: "job-dir", Category: aboutCluster, DefaultText: "beside DEST", Usage: "keep lists and records in `FOLDER`, which all nodes see; it is new, or empty"},
		&cli.StringFlag{Name: "partition", Category: aboutCluster, Usage: "on the nodes of `PARTITION`"},
		&cli.IntFlag{Name: "nodes", Category: aboutCluster, Aliases: []string{"N"}, DefaultText: "as Slurm has it", Usage: "on `N` nodes at once, each all for itself"},
		&cli.IntFlag{Name: "cpus-per-task", Category: aboutCluster, DefaultText: "--jobs, else 2", Usage: "a task gets `N` CPUs, and without --jobs has as many children at once"},
		&cli.StringFlag{Name: "time", Category: aboutCluster, Usage: "a task may take `TIME`, as sbatch has it: 30, 2:00:00, 1-0"},
		&cli.StringFlag{Name: "account", Category: aboutCluster, Usage: "charge `ACCOUNT`"},
		&cli.StringFlag{Name: "qos", Category: aboutCluster, Usage: "with the quality of service `QOS`"},
		&cli.StringFlag{Name: "constraint", Category: aboutCluster, Usage: "on nodes with `FEATURES`"},
		&cli.StringSliceFlag{Name: "slurm-arg", Category: aboutCluster, Usage: "any other `ARG` of sbatch, as --slurm-arg=--mem=2G; may be given again"},
		&cli.IntFlag{Name: "array-throttle", Category: aboutCluster, DefaultText: "as Slurm has it", Usage: "`N` tasks at once"},
		&cli.IntFlag{Name: "per-task", Category: aboutCluster, DefaultText: "by what there is to do", Usage: "`N` files per task at most"},
		&cli.StringFlag{Name: "heartbeat", Category: aboutCluster, Value: "1m", Usage: "with --daemon, tasks end when nobody has followed them for `DURATION`"},
		&cli.BoolFlag{Name: "detach", Category: aboutCluster, Usage: "submit, say the job's ID, and leave; brood follow takes it up"},
		&cli.IntFlag{Name: "task", Hidden: true},
		&cli.IntFlag{Name: "generation", Hidden: true},
		&cli.BoolFlag{Name: "again", Hidden: true},
	}
}

// readCluster reads them; o has what the others say.
func (o *options) readCluster(c *cli.Context) (err error) {
	if c.IsSet("task") {
		o.task = task{dir: c.String("job-dir"), chunk: c.Int("task"), generation: c.Int("generation"), again: c.Bool("again")}
		o.copy.Shared = true // with another attempt, on a node whose locks are not seen here
		if o.task.dir == "" {
			return errors.New("task: wants --job-dir, too")
		}
		return nil
	}
	if !c.IsSet("on") {
		for _, name := range clusterOnly {
			if c.IsSet(name) {
				return fmt.Errorf("%s: says something about a cluster, which is asked for by --on slurm", name)
			}
		}
		return nil
	}
	if on := c.String("on"); on != "slurm" {
		return fmt.Errorf("on %q: want slurm", on)
	}
	o.cluster = cluster{on: true, dir: c.String("job-dir"), throttle: c.Int("array-throttle"), perTask: c.Int("per-task"), detach: c.Bool("detach")}
	if o.cluster.heartbeat, err = duration("heartbeat", c.String("heartbeat")); err != nil {
		return err
	}
	if err := o.cluster.readCounts(c); err != nil {
		return err
	}
	if err := o.fitsCluster(c); err != nil {
		return err
	}
	o.cluster.sbatch = append(o.cluster.sbatch, sbatchFlags(c)...)
	o.cluster.flags = append(taskFlags(c), o.cluster.flags...)
	return nil
}

// heartbeatLeast is as short as it can be while a network file system may show what is a minute old.
const heartbeatLeast = 2 * time.Second

// readCounts reads how many nodes, tasks, CPUs and children.
func (k *cluster) readCounts(c *cli.Context) error {
	nodes, cpus := c.Int("nodes"), c.Int("cpus-per-task")
	switch {
	case c.IsSet("nodes") && c.IsSet("array-throttle"):
		return errors.New("nodes and array-throttle: want one of the two")
	case nodes < 0, c.IsSet("nodes") && nodes == 0:
		return fmt.Errorf("nodes %d: want 1 or more", nodes)
	case k.throttle < 0:
		return fmt.Errorf("array-throttle %d: want 1 or more", k.throttle)
	case k.perTask < 0, c.IsSet("per-task") && k.perTask == 0:
		return fmt.Errorf("per-task %d: want 1 or more", k.perTask)
	case cpus < 0, c.IsSet("cpus-per-task") && cpus == 0:
		return fmt.Errorf("cpus-per-task %d: want 1 or more", cpus)
	case k.heartbeat < heartbeatLeast:
		return fmt.Errorf("heartbeat %s: want %s or more", k.heartbeat, heartbeatLeast)
	}
	if jobs, err := strconv.Atoi(c.String("jobs")); c.IsSet("jobs") && err == nil && jobs > 0 {
		k.jobs = jobs
	}
	if nodes > 0 {
		k.throttle = nodes
		k.sbatch = append(k.sbatch, "--exclusive")
	}
	if cpus == 0 && k.jobs > 0 {
		cpus = k.jobs
	}
	if cpus == 0 && nodes == 0 {
		cpus = cpusUsual
	}
	if cpus > 0 {
		k.sbatch = append(k.sbatch, fmt.Sprint("--cpus-per-task=", cpus))
	}
	if !c.IsSet("jobs") && cpus > 0 {
		k.jobs = cpus
		k.flags = append(k.flags, fmt.Sprint("--jobs=", cpus))
	}
	return nil
}

// cpusUsual is how many CPUs a task asks for: one child's file is hashed while another's is read.
const cpusUsual = 2

// fitsCluster is an error for what cannot be had on a cluster.
func (o *options) fitsCluster(c *cli.Context) error {
	switch {
	case runtime.GOOS == "windows":
		return errors.New("on slurm: not from Windows")
	case o.copy.Resume:
		return errors.New("resume: not with --on slurm, where two tasks may come to be at the same file on two machines")
	case slices.ContainsFunc(c.StringSlice("slurm-arg"), isOurs):
		return fmt.Errorf("slurm-arg %q: brood itself sets one of these: %s", c.StringSlice("slurm-arg"), strings.Join(ours, " "))
	case o.bwlimit > 0 && o.cluster.throttle == 0:
		return errors.New("bwlimit: with --on slurm wants --nodes or --array-throttle too, as so many tasks share the rate in equal parts")
	case o.cluster.detach && o.halt != halt{}:
		return errors.New("detach: nobody is there to see to --halt or --max-errors")
	case o.cluster.detach && o.daemon:
		return errors.New("detach and daemon: the tasks of a daemon do not outlive who follows them")
	case o.cluster.detach && (o.record != "" || o.report != "" || o.checksums != ""):
		return errors.New("detach: nobody is there to write --record, --report or --checksums, which brood follow does")
	}
	if o.bwlimit > 0 {
		o.cluster.flags = append(o.cluster.flags, fmt.Sprint("--bwlimit=", max(o.bwlimit/int64(o.cluster.throttle), 4096)))
	}
	if o.checksums != "" && !c.Bool("verify") {
		o.cluster.flags = append(o.cluster.flags, "--verify")
	}
	return nil
}

// ours are flags of sbatch without which the tasks could not be followed; with their short forms.
var ours = []string{"--array", "-a", "--job-name", "-J", "--output", "-o", "--open-mode", "--parsable", "--dependency", "-d", "--wait", "-W", "--wrap"}

func isOurs(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return slices.ContainsFunc(ours, func(own string) bool { return name == own || len(own) == 2 && strings.HasPrefix(arg, own) })
}

// sbatchFlags are those that sbatch has under the same name.
func sbatchFlags(c *cli.Context) (flags []string) {
	for _, name := range []string{"partition", "time", "account", "qos", "constraint"} {
		if c.IsSet(name) {
			flags = append(flags, "--"+name+"="+c.String(name))
		}
	}
	return append(flags, c.StringSlice("slurm-arg")...)
}

// forTasks are the flags that a task gets as they were given: those about its children and its files. What is
// copied was chosen when it is planned, and the story is told by who follows.
var forTasks = []string{
	"overwrite", "archive", "strict", "durable", "verify", "hash", "jobs", "load", "mem-free", "per-child", "name",
	"stall", "timeout", "retries", "confine", "memory", "cpu-time", "nice", "ionice",
}

func taskFlags(c *cli.Context) (flags []string) {
	for _, f := range c.Command.Flags {
		name := f.Names()[0]
		if slices.Contains(forTasks, name) && c.IsSet(name) {
			flags = append(flags, fmt.Sprintf("--%s=%v", name, c.Value(name)))
		}
	}
	return append(flags, "--daemon") // no child is to stay on a node
}

// request is what the options ask of the cluster.
func (o *options) request(root, source, dest string) slurm.Request {
	return slurm.Request{
		Source: slurm.Exact(source), Dest: slurm.Exact(dest), Root: slurm.Exact(root),
		Flags: slurm.ExactAll(o.cluster.flags), Sbatch: slurm.ExactAll(o.cluster.sbatch),
		Throttle: o.cluster.throttle, Retries: o.retries,
		Daemon: o.daemon, Heartbeat: slurm.Seconds(o.cluster.heartbeat.Seconds()),
		Own: o.cluster.dir == "", Jobs: o.cluster.jobs, Hash: string(o.copy.Hash),
	}
}

// jobDir is the job folder that is asked for, or else one beside DEST, where most clusters see it as they see that;
// where folders above DEST are missing, beside the topmost of these.
func (k cluster) jobDir(dest string) string {
	if k.dir != "" {
		return k.dir
	}
	path := filepath.Clean(dest)
	for parent := filepath.Dir(path); parent != path; parent = filepath.Dir(path) {
		if _, err := os.Stat(parent); err == nil {
			break
		}
		path = parent
	}
	return fmt.Sprintf("%s.brood-%s-%d", path, time.Now().Format("20060102-150405"), os.Getpid())
}
