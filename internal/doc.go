// Package internal is the map of brood: one parent, one child process per file.
//
//	argv ─▶ cli ─▶ run ─▶ plan ─▶ schedule ─▶ process ══ argv: the work; a lifeline ══▶ child: target ─▶ filecopy
//	               │  ▲               │          ╚════════ events ◀══════════════════════════╝
//	               │  └─ controllers: │ signals, --halt: they ask for a stop
//	               ▼                  ▼
//	             event (one stream, one order) ─▶ status (fold) ─▶ view · report · census
//
// On a cluster each batch of the plan goes to a Slurm task. The task is brood again:
//
//	plan ─▶ slurm ══ job folder, sbatch ══▶ brood task: the items of one batch ─▶ schedule ─▶ process …
//	          ▼                                                ║
//	        event ◀═══════════ its record, in the job folder ◀═╝
//
// brood run has other items and other children: the batches come from item, and each child is a command:
//
//	argv ─▶ cli ─▶ run: item ─▶ schedule ─▶ process ══ the command's own argv ══▶ any program ─▶ output
//
// The items of --from are files that plan finds.
// On a cluster the task of such a batch runs several commands, and their output comes back through the job folder:
//
//	item ─▶ slurm ══ job folder, sbatch ══▶ brood run-task: the commands of one list ─▶ schedule ─▶ process …
//	         ▼                                              ║
//	       event, output ◀══ its record and its output ◀════╝
//
// A traced program is somebody else's: brood asks the kernel what its processes do, and tells it as the same events:
//
//	argv ─▶ cli ─▶ run ─▶ trace ══ ptrace ══▶ any program and its processes
//	                         ▼
//	                       event ─▶ …
//
// The command line becomes a spec; a run plans batches of items; the scheduler gives each
// batch to a child process; every fact is an event; views read events and their fold. No
// arrow points back.
//
//	cli       flags to a run.Spec, help, completion, exit statuses; the only importer of urfave/cli
//	run       one run from its first event to its last, wherever its batches are worked on
//	plan      walks the source and streams batches in order; only reads, and never holds a million names
//	command   a command with placeholders and the values of items, as the argv of a process
//	item      the values for each run of a command: of arguments, files and standard input
//	block     the blocks of standard input that commands read, in place of items
//	tempfile  temporary files without a name
//	schedule  when: slots, order, retries, stalls, stops
//	slurm     the same batches on a cluster: the job folder, arrays, following their events; and a task's side of it
//	process   the multiprocessing.Process model, both ends of it; starts all children
//	child     the first moment of a child: it begins before the packages that only others need
//	argument  how a child's named arguments are written and read
//	machine   how busy the machine is, and what holds a process up
//	target    what a child can be asked to do: its arguments bound from the command line
//	filecopy  one file from A to B, whole or not at all; no processes, no logging
//	gauge     the progress of each child, in memory that it shares with its parent
//	pace      one rate of bytes for all children, in memory that they share
//	jobs      how many children run at once, for another process to change
//	memfd     files in memory, which another process finds by a PID
//	digest    the hashes that verify contents
//	output    what commands write: grouped, in order, by line, stored
//	confine   confines a process, for good, to the files that its batch needs
//	census    the runs on this machine and their processes, from /proc; a cluster's nodes, from the process that follows
//	event     what can happen, and its JSON Lines form
//	status    folds events into the state of a run
//	view      draws events, status and a census
//	report    draws a recorded run as one HTML file
//	trace     runs any program, observes its processes by ptrace(2), and tells what they do as events
//	faultfs   a file system for tests and lessons that fails on command
//	manual    help, man pages and completion, from one description of the command line; the topics as Markdown
//	lesson    the lessons, each a small program over process
//
// A child writes everything below the destination, folders and links too: a destination that
// hangs can hold a child, never the parent. The parent opens the destination and the roots of the
// sources once, and each child inherits the root of its batch and the destination. A child opens
// each name below them from the open folder above it. Before that it confines itself to its batch.
//
// layers_test.go has the table of who may import whom.
package internal
