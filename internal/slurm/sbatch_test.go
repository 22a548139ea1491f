package slurm

import (
	"slices"
	"testing"
)

// TestSubmitArgs checks the arguments of sbatch. The user's own flags must be last, so that they win.
func TestSubmitArgs(t *testing.T) {
	for name, row := range map[string]struct {
		request Request
		last    bool
		after   string
		exclude []string
		has     []string
		hasNot  []string
	}{
		"plain": {
			Request{}, false, "", nil,
			[]string{"--parsable", "--job-name=brood-1", "--array=1-2,7", "--no-requeue", "--open-mode=append"},
			[]string{"--requeue", "--dependency=singleton"},
		},
		"throttle": {Request{Throttle: 3}, false, "", nil, []string{"--array=1-2,7%3"}, nil},
		"retries":  {Request{Retries: 1}, false, "", nil, []string{"--requeue"}, []string{"--no-requeue"}},
		"after":    {Request{Throttle: 3}, false, "7", nil, []string{"--dependency=afterany:7"}, nil},
		"no limit": {Request{}, false, "7", nil, nil, []string{"--dependency=afterany:7"}},
		"last":     {Request{}, true, "7", nil, []string{"--dependency=singleton"}, nil},
		"exclude":  {Request{}, false, "", []string{"n1", "n2"}, []string{"--exclude=n1,n2"}, nil},
		"own": {
			Request{Sbatch: []Exact{"--mem=2G", "--no-requeue"}, Retries: 1}, false, "", nil,
			[]string{"--mem=2G", "--requeue", "--no-requeue"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, row.request)
			args := f.submitArgs(array{Tasks: []int{1, 2, 7}}, 0, row.last, row.after, row.exclude)
			for _, word := range row.has {
				if !slices.Contains(args, word) {
					t.Errorf("%q has no %q", args, word)
				}
			}
			for _, word := range row.hasNot {
				if slices.Contains(args, word) {
					t.Errorf("%q has %q", args, word)
				}
			}
			own := Plain(row.request.Sbatch)
			if script := slices.Index(args, f.in("task.sh")); !slices.Equal(args[script-len(own):script], own) {
				t.Errorf("%q: %q are not last", args, own)
			}
		})
	}
}
