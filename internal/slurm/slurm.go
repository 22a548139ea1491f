// Package slurm hands the jobs of a plan to a Slurm cluster, and tells what becomes of
// them by the same events as a run on one machine. It starts no process on a node and
// keeps no daemon: Slurm does, and what the two sides have to say to each other
// lies in a job folder on the file system that they share.
//
//	submit side                       job folder               node
//	plan ─ Jobs ─▶ Run ── a batch ──▶ lists/000/12 ──────────▶ brood copy --task 12
//	               │ └─── sbatch ───▶ Slurm ── 81_3 ── task.sh ──▶ │ one child per file, as ever
//	               ▼                                               ▼
//	sink ◀──── follow ◀────────────── events/000/12.… ◀────── its record
//	              └────── squeue: whether a task that tells nothing is still to come
//
// A batch is done when a task of it has written so to the job folder; what Slurm says of a task is only
// used as the reason for which it did not. A task may run twice at once, so each
// attempt has a record of its own, a name that two of them have settled counts once, and an
// attempt that sees a later one of the same batch ends:
//
//	listed ─▶ submitted ─▶ attempts ─┬─▶ one has finished ──────────────────────────▶ done
//	             ▲                   └─▶ none is to come any more ─┬─▶ tries left ─┐
//	             └─────────────────────────────────────────────────│───────────────┘
//	                                                               └─▶ its names have failed
//
// Folders and links come last, as one task that Slurm starts when all others are over
// (--dependency=singleton). It is started once more when a file was written after it.
package slurm

import (
	"time"
)

// Request is what is asked for once, and kept in the job folder.
type Request struct {
	Source, Dest Exact
	Root         Exact   // the folder that names are relative to
	Flags        []Exact // of brood copy, as each task gets them
	Sbatch       []Exact // flags of sbatch
	Throttle     int     // tasks at once; 0: as many as Slurm starts
	Retries      int     // tries of a batch after the first, by Slurm or by us
	Daemon       bool    // tasks end when nobody follows for Heartbeat
	Heartbeat    Seconds

	Own  bool   // the job folder has a name of ours, and goes when all is done
	Jobs int    // children at once of a task, for the record
	Hash string // by which contents are verified
}

// Seconds is a duration in JSON.
type Seconds float64

// Duration is s as one.
func (s Seconds) Duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// The clocks of the protocol. Each is a compromise with a shared file system, where a look
// costs its server something, and what one machine writes another may see late.
const (
	lookEvery  = time.Second      // records are looked at, and written, at the most;
	looksMost  = 200              // and so many of them a second
	askFirst   = 2 * time.Second  // squeue is asked, after there was news;
	askMost    = 15 * time.Second // and when there is none
	gatherFor  = 5 * time.Second  // batches wait for an array to be full
	seenWithin = time.Minute      // what a task has written is visible: acdirmax of nfs(5)
	watchEvery = 5 * time.Second  // a task looks whether it is still wanted
	beatEvery  = 2 * time.Second  // who follows says so
)

// beatEvery is how often the heartbeat changes, and watchEvery how often a task looks at it.
func (r Request) beatEvery() time.Duration  { return min(beatEvery, r.Heartbeat.Duration()/4) }
func (r Request) watchEvery() time.Duration { return min(watchEvery, r.Heartbeat.Duration()/4) }
