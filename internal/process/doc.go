// Package process is Python's multiprocessing.Process on real processes: a
// parent re-executes its own binary as a child, the work on the child's command
// line, and keeps every promise of that model (and the ones that Python breaks).
//
//	p := process.New(process.Config{Target: "sing", Args: []string{"小明"}, Kwargs: map[string]string{"num": "3"}})
//	if err := p.Start(); err != nil { … }      // brood child sing --name=Process-1 --parent=41 --lifeline=3 --num=3 -- 小明
//	p.Join()
//	code, err := p.ExitCode()                  // n, or -signal
//
// Both ends live here. The child's end is [Main], which a program calls before
// anything else; it finds the target by name and runs it.
//
// # One process and its parent
//
//	initial ──Start──▶ started ──(ends)──▶ zombie ──reap──▶ stopped
//	   │                  │                                    │
//	   │                  └────Abandon────▶ abandoned          │
//	   └──────────────────────Close──────────▶ closed ◀────────┘
//
// The sentinel closes at "ends"; the child stays a zombie until somebody asks:
// Join, IsAlive, ExitCode, ActiveChildren, Wait or the next Start reap it. All of
// them come to one method, which is the only place that waits for a process;
// the exit status is published once, to every waiter. (Where there is no pidfd,
// that is outside Linux, an ended child is reaped at once.)
//
// # What ties their lives together
//
//	parent ── lifeline (pipe, never written) ─▶ every child: end of file says that the parent is gone
//	parent ── PDEATHSIG = SIGKILL ────────────▶ daemon child (Linux): also when stopped
//	kernel, at the lifeline's end ── SIGKILL ─▶ the group of each daemon child (Linux)
//	two guardians, likewise ─── SIGKILL ──────▶ the same, and the daemons' control group
//
// Each child leads a process group of its own, so that a Ctrl-C reaches the
// parent alone. A daemon's descendants end with it:
//
//   - Those in its group by the kernel, for which a daemon sets a signal on its lifeline (F_SETSIG).
//     That takes a process which has the file open: the daemon, or a program that it started.
//   - By a guardian. Two are started with the first daemon, and outlive the parent by a
//     moment; one that is killed is replaced. Nobody waits for a guardian. A daemon enters itself in
//     their list before its target runs, so there is no moment at which a descendant could slip
//     through. The parent takes it off before it reaps it, so no signal can reach a stranger that
//     got the same PID. Where there is no PDEATHSIG they end stopped daemons, too.
//   - By a control group, where this process was handed one. Daemons live in one below it, which
//     a guardian kills as a whole. No descendant leaves that by a session of its own.
//
// Out of reach is a descendant in another process group when there is no such control group. With one
// it is when the parent and both guardians are killed before others are there (milliseconds).
// Windows has a Job Object for all that.
//
// A child that is no daemon goes on when its parent dies. The kernel sends a stopped one SIGHUP,
// which it survives, and SIGCONT, since its process group is orphaned then. It sends neither
// when the child's new parent is of its session, as PID 1 of a container may be; nor to
// a child that is being stopped just then. Such a child stays stopped until it is sent SIGCONT.
//
// What a child may take of the machine is in [Limits]: two of them it sets for itself,
// and two it has from the thread that starts it, one more of the parent's for each
// priority. Its memory is limited by a control group as well, where this process may make some.
//
// # The end of a parent
//
// Go has no atexit, so a program calls [Finish] when it ends: daemons are
// terminated, given a grace, killed and joined; the others are joined.
package process
