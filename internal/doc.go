// Package internal is the map of brood: one parent, one child process per file.
//
//	argv ─▶ cli ─▶ plan ─▶ schedule ─▶ process ══ argv: the work; a lifeline ══▶ child: target ─▶ filecopy
//	                           │          ╚════════ events ◀══════════════════════════╝
//	                           ▼          ▼
//	                         event (one stream, one order)
//	                           ▼
//	                         status (fold) ─▶ view: progress · log · record · checksums · summary; of a record: report
//
// On a cluster the jobs of the plan are chunks, which Slurm has done elsewhere, by brood itself:
//
//	plan ─▶ slurm ══ job folder, sbatch ══▶ brood copy --task: the list of a chunk ─▶ schedule ─▶ process …
//	          ▼                                                ║
//	        event ◀═══════════ its record, in the job folder ◀═╝
//
// The command line makes a plan; the scheduler runs the plan as child processes;
// every fact about the run is an event; every view reads only events. No arrow
// points back.
//
//	cli       flags to option structs, wiring, exit statuses, hints; the only importer of urfave/cli
//	plan      walks the source and streams jobs in order; only reads, and never holds a million names
//	schedule  which job starts when: slots, order, stop, drain
//	slurm     the same plan handed to a cluster: chunks, arrays, their events followed; and a task's end of that
//	process   the multiprocessing.Process model, both ends of it; what starts a child of ours
//	target    what a child can be asked to do: its arguments bound from the command line
//	filecopy  one file from A to B, whole or not at all; no processes, no logging
//	gauge     how far each child is, in memory that it shares with its parent
//	pace      one rate of bytes for all children, in memory that they share
//	digest    the hashes by which contents are verified
//	confine   a process confined, for good, to what its one job needs
//	census    the broods on this machine and what their processes are at, from /proc and, of a cluster's nodes, from who follows
//	event     what an event is; JSON Lines in and out
//	status    folds events into the state of a run
//	view      draws events and status, and a census
//	report    draws a recorded run as one HTML file
//	faultfs   a file system that does on command what others do when something is wrong
//	manual    help, man page and completion, of one description of the command line
//	lesson    the lessons, each a small program over process
//
// Whatever is written below the destination is written by a child, the folders and
// links too: a destination that hangs can hold a child, and never the parent. The parent
// opens source and destination once, and all its children inherit these two roots. A child
// opens each name below them from the open folder above it, and confines itself to its job
// before it does.
//
// Who may import whom is a table in layers_test.go.
package internal
