package slurm

import (
	"context"
	"strconv"
	"strings"
)

// limits are the limits of the cluster.
type limits struct {
	version string
	array   int // tasks in one array
	jobs    int // jobs of all users; a task counts as one
}

// askLimits reads the limits from Slurm's configuration.
func askLimits(ctx context.Context) (limits, error) {
	out, err := call(ctx, "scontrol", "show", "config")
	if err != nil {
		return limits{}, err
	}
	return parseLimits(out)
}

func parseLimits(out string) (l limits, err error) {
	values := map[string]string{}
	for line := range strings.Lines(out) {
		name, value, _ := strings.Cut(line, "=")
		values[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	l.version = values["SLURM_VERSION"]
	for name, to := range map[string]*int{"MaxArraySize": &l.array, "MaxJobCount": &l.jobs} {
		if *to, err = strconv.Atoi(values[name]); err != nil {
			return l, notUnderstood("scontrol show config", name+" = "+values[name])
		}
	}
	switch {
	case l.version == "":
		return l, notUnderstood("scontrol show config", "no SLURM_VERSION")
	case l.array < 2: // 0 or 1: the cluster has no arrays
		said := "MaxArraySize = " + strconv.Itoa(l.array) + ": this cluster takes no job arrays"
		return l, &CommandError{"scontrol show config", said, nil}
	}
	return l, nil
}

// excludeNodes makes the waiting tasks of the arrays avoid exactly these nodes.
func excludeNodes(ctx context.Context, arrays, nodes []string) error {
	ids, excluded := strings.Join(arrays, ","), strings.Join(nodes, ",")
	_, err := call(ctx, "scontrol", "update", "JobId="+ids, "ExcNodeList="+excluded)
	return err
}
