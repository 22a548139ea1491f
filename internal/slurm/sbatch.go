package slurm

import (
	"context"
	"fmt"
	"strings"
)

// submitArray submits an array and returns its ID.
func submitArray(ctx context.Context, args []string) (id string, err error) {
	out, err := call(ctx, "sbatch", args...)
	if err != nil {
		return "", err
	}
	id, _, _ = strings.Cut(strings.TrimSpace(out), ";") // the name of a cluster may follow
	if !isNumber(id) {
		return "", notUnderstood("sbatch", out)
	}
	return id, nil
}

// submitArgs returns the arguments of sbatch for an array. The array waits for the array with the ID after, unless
// that is empty. The user's own flags come last and therefore win.
func (f *Folder) submitArgs(a array, generation int, last bool, after string, exclude []string) []string {
	tasks := formatTasks(a.Tasks)
	if f.Job.Throttle > 0 {
		tasks += fmt.Sprintf("%%%d", f.Job.Throttle)
	}
	requeue := "--no-requeue"
	if f.Job.Retries > 0 {
		requeue = "--requeue"
	}
	args := []string{
		"--parsable", "--job-name=" + f.Job.Name, "--array=" + tasks, requeue,
		"--output=" + f.logPattern(), "--open-mode=append",
	}
	switch {
	case last:
		args = append(args, "--dependency=singleton")
	case after != "" && f.Job.Throttle > 0: // the limit is per array: two at once would double it
		args = append(args, "--dependency=afterany:"+after)
	}
	if len(exclude) > 0 {
		args = append(args, "--exclude="+strings.Join(exclude, ","))
	}
	for _, arg := range Plain(f.Job.Sbatch) {
		if !a.Again || arg != "--hold" && arg != "-H" { // the user released the batch once; do not hold it again
			args = append(args, arg)
		}
	}
	again := ""
	if a.Again {
		again = "again"
	}
	return append(args, f.in("task.sh"), fmt.Sprint(a.First), fmt.Sprint(generation), again)
}

// submitLine returns the command line that submits an array, for a shell.
func (f *Folder) submitLine(a array, generation int, last bool, after string) string {
	words := []string{"sbatch"}
	for _, w := range f.submitArgs(a, generation, last, after, nil) {
		words = append(words, Quoted(w))
	}
	return strings.Join(words, " ")
}

// logPattern returns the log file of a task, in the form that sbatch --output expects. In a pattern with a backslash,
// each backslash escapes the next character and % has no meaning ("filename pattern" in sbatch(1)). All tasks then
// share one file.
func (f *Folder) logPattern() string {
	if dir := f.in("log"); !strings.Contains(dir, `\`) {
		return strings.ReplaceAll(dir, "%", "%%") + "/%A_%a.log"
	}
	return strings.ReplaceAll(f.in("log", "tasks.log"), `\`, `\\`)
}
