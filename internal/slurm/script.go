package slurm

import (
	"fmt"
	"strings"
)

// script is the batch script of all tasks. The name of the list is a number, so that no odd name
// is on a command line but those of source and dest.
func (f *Folder) script() string {
	words := append(plain(f.Job.Flags), "--", string(f.Job.Source), string(f.Job.Dest))
	for i, w := range words {
		words[i] = Quoted(w)
	}
	return fmt.Sprintf(`#!/bin/sh
# A task of %[1]s. $1: the batch of task 0 of its array. $2: its generation. $3: not empty when they were submitted before.
job=%[2]s
if ! [ -x "$job/brood" ]; then
	echo "brood: $job/brood: cannot be run on $SLURMD_NODENAME" >&2
	exit %[4]d
fi
exec "$job/brood" task --job-dir="$job" --batch="$(($1 + SLURM_ARRAY_TASK_ID))" --generation="$2" ${3:+--again} %[3]s
`, f.Job.Name, Quoted(f.Path), strings.Join(words, " "), cannotRun)
}

// cannotRun is the batch script's exit code where a node does not see, or run, the brood of the job folder: EX_UNAVAILABLE
// of sysexits(3).
const cannotRun = 69

// Quoted is a word as a shell takes it for itself.
func Quoted(s string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%"
	if s != "" && strings.Trim(s, harmless) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// log is where the output of a task goes, as sbatch has it: where there is a backslash, each escapes what follows, and no
// % is a pattern any more (Filename Pattern in sbatch(1)); then all tasks share a file.
func (f *Folder) log() string {
	if dir := f.in("log"); !strings.Contains(dir, `\`) {
		return strings.ReplaceAll(dir, "%", "%%") + "/%A_%a.log"
	}
	return strings.ReplaceAll(f.in("log", "tasks.log"), `\`, `\\`)
}

// sbatch are the arguments by which an array is submitted. It waits for the array after, where that is none of "".
// What the user asks for comes last.
func (f *Folder) sbatch(a array, generation int, last bool, after, exclude string) []string {
	tasks := tasksInWords(a.Tasks)
	if f.Job.Throttle > 0 {
		tasks += fmt.Sprintf("%%%d", f.Job.Throttle)
	}
	requeue := "--no-requeue"
	if f.Job.Retries > 0 {
		requeue = "--requeue"
	}
	args := []string{
		"--parsable", "--job-name=" + f.Job.Name, "--array=" + tasks, requeue,
		"--output=" + f.log(), "--open-mode=append",
	}
	switch {
	case last:
		args = append(args, "--dependency=singleton")
	case after != "" && f.Job.Throttle > 0: // or each of them would have so many at once
		args = append(args, "--dependency=afterany:"+after)
	}
	if exclude != "" {
		args = append(args, "--exclude="+exclude)
	}
	for _, arg := range plain(f.Job.Sbatch) {
		if !a.Again || arg != "--hold" && arg != "-H" { // whoever has let them go need not do so again
			args = append(args, arg)
		}
	}
	again := ""
	if a.Again {
		again = "again"
	}
	return append(args, f.in("task.sh"), fmt.Sprint(a.First), fmt.Sprint(generation), again)
}
