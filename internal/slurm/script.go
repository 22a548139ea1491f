package slurm

import (
	"fmt"
	"slices"
	"strings"
)

// script returns the batch script of all tasks. A batch is a number there, so that sources and dest are the only
// names of files on the command line, or the command that brood run was given.
func (f *Folder) script() string {
	task, enter, args := "task", "", append(f.Job.ofTask(), string(f.Job.Dest))
	if c := f.Job.Commands; c != nil {
		task, args = "run-task", Plain(c.Words)
		enter = fmt.Sprintf("cd -- %s || exit %d\n", Quoted(string(c.Dir)), cannotEnter)
	}
	words := slices.Concat(Plain(f.Job.Flags), []string{"--"}, args)
	for i, w := range words {
		words[i] = Quoted(w)
	}
	return fmt.Sprintf(`#!/bin/sh
# A task of %[1]s. $1: the batch of task 0. $2: the generation of the array. $3: not empty if submitted before.
job=%[2]s
batch=$(($1 + SLURM_ARRAY_TASK_ID))
if ! [ -x "$job/brood" ]; then
	echo "brood: $job/brood: cannot be run on $SLURMD_NODENAME" >&2
	exit %[4]d
fi
%[6]sexec "$job/brood" %[5]s --job-dir="$job" --batch="$batch" --generation="$2" ${3:+--again} %[3]s
`, f.Job.Name, Quoted(f.Path), strings.Join(words, " "), cannotRun, task, enter)
}

// cannotRun is the exit code of the batch script when the node cannot see or run the brood in the job folder. It is
// EX_UNAVAILABLE of sysexits(3).
const cannotRun = 69

// cannotEnter is its exit code when the node does not have the working folder of brood run: EX_NOINPUT.
const cannotEnter = 66

// Quoted quotes s so that a shell reads it as one word.
func Quoted(s string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%"
	if s != "" && strings.Trim(s, harmless) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
