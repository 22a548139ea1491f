package slurm

import (
	"fmt"
	"slices"
	"strings"
)

// script returns the batch script of all tasks. A batch is a number there, so that sources and dest are the only
// names of files on the command line.
func (f *Folder) script() string {
	words := slices.Concat(plain(f.Job.Flags), []string{"--"}, f.Job.ofTask(), []string{string(f.Job.Dest)})
	for i, w := range words {
		words[i] = Quoted(w)
	}
	return fmt.Sprintf(`#!/bin/sh
# A task of %[1]s. $1: the batch of task 0. $2: the generation of the array. $3: not empty if submitted before.
job=%[2]s
if ! [ -x "$job/brood" ]; then
	echo "brood: $job/brood: cannot be run on $SLURMD_NODENAME" >&2
	exit %[4]d
fi
exec "$job/brood" task --job-dir="$job" --batch="$(($1 + SLURM_ARRAY_TASK_ID))" --generation="$2" ${3:+--again} %[3]s
`, f.Job.Name, Quoted(f.Path), strings.Join(words, " "), cannotRun)
}

// cannotRun is the exit code of the batch script when the node cannot see or run the brood in the job folder. It is
// EX_UNAVAILABLE of sysexits(3).
const cannotRun = 69

// Quoted quotes s so that a shell reads it as one word.
func Quoted(s string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%"
	if s != "" && strings.Trim(s, harmless) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
