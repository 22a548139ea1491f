// Package process is Python's multiprocessing.Process on real processes. A parent re-executes its own binary as a
// child, with the work on the child's command line. It keeps every promise of that model, also the ones that Python
// breaks.
//
//	p := process.New(process.Config{Target: "sing", Args: []string{"小明"}, Kwargs: map[string]string{"num": "3"}})
//	err := p.Start()         // runs: brood child sing --name=Process-1 --parent=41 --lifeline=3 --num=3 -- 小明
//	err = p.Join()
//	code, err := p.ExitCode() // n, or -signal
//
// Both ends live here. The child's end is [Main], which a program calls before anything else. Main finds the
// target by name and runs it. A [Command] is a process without that end: any other program.
//
// # One process and its parent
//
//	initial ──Start──▶ started ──(ends)──▶ zombie ──reap──▶ stopped
//	   │                  │                                    │
//	   │                  └────Abandon────▶ abandoned          │
//	   └──────────────────────Close──────────▶ closed ◀────────┘
//
// The sentinel closes at "ends". The child stays a zombie until this process asks for it: Join, IsAlive, ExitCode,
// ActiveChildren, Finish and the next Start reap it. All of them call one method, and nothing else waits for a
// process. Every waiter gets the same exit status. (Outside Linux, where there is no pidfd, an ended child is
// reaped at once.)
//
// Process holds this model. popen holds the system's side, and says in popen.go what each system promises.
//
// # What ties their lives together
//
//	parent ── lifeline (pipe, never written) ─▶ every child: end of file means that the parent is gone
//	parent ── PDEATHSIG = SIGKILL ────────────▶ daemon child (Linux): also when stopped
//	kernel, at the lifeline's end ── SIGKILL ─▶ the group of each daemon child (Linux)
//	two guardians, likewise ─── SIGKILL ──────▶ the same, and the daemons' control group
//
// Each child leads a process group of its own, so that a Ctrl-C reaches the parent alone. A daemon's descendants
// end with it:
//
//   - The kernel kills the daemon's group when the lifeline closes: the daemon sets a signal on it (F_SETSIG).
//     Some process must have that file open: the daemon, or a program that it started.
//   - Two guardians start with the first daemon. They outlive the parent by a moment, and the parent replaces a
//     guardian that dies. Nobody waits for a guardian. A daemon enters itself in their list before its target
//     runs, so no descendant can slip through. The parent takes the daemon off the list before it reaps it, so
//     no signal can reach a stranger with the same PID. Where there is no PDEATHSIG, guardians end stopped
//     daemons, too.
//   - Daemons have a mark in their environment, and commands also in their limits. What they start inherits it. A
//     guardian kills each process with the mark, in any process group and session (Linux).
//   - If this process runs in a control group of its own, daemons live in a group below it, and a guardian kills
//     the whole group. A descendant cannot leave it.
//
// Without such a control group, a descendant is out of reach if it has left the process group and has lost the mark,
// or runs as another user. With one, it is out of reach only if the parent and both guardians die before a
// replacement runs (milliseconds). Windows has a Job Object instead.
//
// A child that is no daemon goes on when its parent dies. If it is stopped, its process group is orphaned then, and
// the kernel sends it SIGHUP, which it survives, and SIGCONT. In two cases the kernel sends neither, and
// the child stays stopped until it is sent SIGCONT: its new parent is of its session, as PID 1 of a container may
// be; or the child is just being stopped.
//
// [Limits] bound what a child may take of the machine. A child sets two of them for itself; for a [Command] a setup
// does, which then executes the program in its own place. It has two more from the
// thread that starts it; the parent has one such thread for each priority. If this process may make control groups,
// one of them limits the child's memory as well.
//
// # The end of a parent
//
// Go has no atexit, so a program calls [Finish] when it ends. Finish terminates the daemons, waits for a grace,
// kills and joins them, and then joins the other children.
package process
