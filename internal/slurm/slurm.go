// Package slurm runs the batches of a plan on a Slurm cluster. It reports them by the same events as a local run.
//
// The submitting machine and the nodes share a file system. They communicate only through a job folder on it, whose
// layout [Folder] describes. brood starts no process on a node and keeps no daemon: Slurm starts the tasks.
//
//	submitting machine              job folder                    node
//	plan ─▶ Run ──── a batch ─────▶ lists/000/12 ───────────────▶ brood task --batch 12
//	         │ └──── sbatch ──────▶ Slurm ── 81_3 ── task.sh ───▶   │ one child per file
//	         ▼                                                      ▼
//	sink ◀── dispatcher ◀────────── events/000/12.… ◀───────────── its record
//	              └─ squeue: may a task without news still run?
//
// A batch is done when the record of one of its tasks says so. The state that Slurm has for a task only gives the
// reason of a failure. Slurm may run a task twice at the same time, so three rules hold:
//
//   - Each attempt has its own record.
//   - A name that two attempts settle counts once.
//   - An attempt ends when it sees a later attempt at the same batch.
//
// The states of a batch:
//
//	listed ─▶ submitted ─▶ attempts ─┬─▶ one has finished ───────────────▶ settled
//	             ▲                   └─▶ none is left ─┬─▶ tries left ─┐
//	             └─────────────────────────────────────│───────────────┘
//	                                                   └─▶ its names fail ─▶ settled
//
// Folders and links are the last batch. Slurm starts its task when all others are over (--dependency=singleton).
// The batch is submitted again if a file was written after that task began.
//
// # Commands
//
// Of brood run, an item is a command, by its number, and Slurm may run it twice as well. An attempt leaves out what the
// records of others have as ended, and the first outcome counts. Each attempt stores the output of its commands in a
// file of its own. That reaches the disk before the record tells of it, so the follower finds the output of each
// command whose outcome it reads.
//
// # The seam between the job folder and Slurm
//
// Only these files know Slurm's commands, their output and its environment variables:
//
//	command.go   call runs a command; unanswered and full classify its errors
//	scontrol.go  askLimits reads what the cluster accepts; excludeNodes keeps waiting tasks off nodes
//	sbatch.go    submitArray submits an array; submitArgs and submitLine write the command
//	script.go    script is the batch script, which starts brood on the node
//	squeue.go    askQueue reads the states of tasks; the methods of queued say what a state means
//	scancel.go   cancelJob and cancelTask cancel tasks
//	environ.go   taskEnv reads which task this process is
//
// The other files know batches, arrays, attempts and records:
//
//	folder.go, lists.go, arrays.go, seen.go, exact.go, planning.go  the job folder
//	task.go, diary.go                                               the node's side
//	commands.go                                                     the lists and the output of brood run
//	heartbeat.go                                                    the sign that somebody follows the run
//	dispatcher.go, batch.go, submit.go, queue.go, stop.go,          the submitting side
//	resume.go, cluster.go
//	attempt.go, attempts.go, look.go, judge.go                      records as the submitting side reads them
//
// Another scheduler would need the functions of the first list, in files of its own.
package slurm

import (
	"time"
)

// Request describes one run. The job folder keeps it.
type Request struct {
	Source, Dest Exact
	Root         Exact   // the folder that names are relative to
	Sources      []Exact `json:",omitempty"` // if there are several; Source is empty then
	More         []Exact `json:",omitempty"` // the roots beside Root, by their numbers from 1 on: see plan.Tree
	Flags        []Exact // of brood copy or run, for each task
	Sbatch       []Exact // the user's flags of sbatch
	Throttle     int     // tasks at once; 0: no limit
	Retries      int     // tries of a batch after the first, whether Slurm or brood starts them
	Daemon       bool    // tasks end when nobody follows for Heartbeat
	Heartbeat    Seconds

	Own  bool   // brood chose the job folder's name, and removes the folder when all is done
	Jobs int    // children at once of a task, for the record
	Hash string // the hash that verifies contents

	// Commands are those of brood run; nil for a copy. A request with Commands has no Source, Dest, Root and Hash.
	Commands *Commands `json:",omitempty"`
}

// AllSources returns what the run copies.
func (r Request) AllSources() []string {
	if len(r.Sources) == 0 {
		return []string{string(r.Source)}
	}
	return Plain(r.Sources)
}

// roots returns all roots.
func (r Request) roots() []string { return Plain(append([]Exact{r.Root}, r.More...)) }

// ofTask returns the sources on the command line of a task: of several only the roots, since the lists have the names.
func (r Request) ofTask() []string {
	if len(r.Sources) == 0 {
		return []string{string(r.Source)}
	}
	return r.roots()
}

// Seconds is a duration in JSON.
type Seconds float64

// Duration converts s.
func (s Seconds) Duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// The intervals of the protocol. Each read costs the file server something, and a machine may see late what another
// one writes. The intervals balance the two.
const (
	lookEvery  = time.Second      // shortest time between two reads, or two writes, of a record
	looksMost  = 200              // records to read a second
	askFirst   = 2 * time.Second  // between two questions to Slurm, after news
	askMost    = 15 * time.Second // the same, without news
	gatherFor  = 5 * time.Second  // batches wait for a full array
	seenWithin = time.Minute      // other machines see a write: acdirmax of nfs(5)
	watchEvery = 5 * time.Second  // a task checks that it is still wanted
	beatEvery  = 2 * time.Second  // the heartbeat changes
)

// beatEvery is the time between two heartbeats.
func (r Request) beatEvery() time.Duration { return min(beatEvery, r.Heartbeat.Duration()/4) }

// watchEvery is the time between two looks of a task at the heartbeat.
func (r Request) watchEvery() time.Duration { return min(watchEvery, r.Heartbeat.Duration()/4) }
