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
//   - The kernel kills the daemon's group when the lifeline closes: the daemon sets a signal on it
//     (F_SETSIG). Some process must have that file open: the daemon, or a program that it started.
//   - Two guardians start with the first daemon. They outlive the parent by a moment, and the
//     parent replaces a guardian that dies. Nobody waits for a guardian. A daemon enters itself in
//     their list before its target runs, so no descendant can slip through. The parent
//     takes the daemon off the list before it reaps it, so no signal can reach a stranger with
//     the same PID. Where there is no PDEATHSIG, guardians end stopped daemons, too.
//   - If this process runs in a control group of its own, daemons live in a group below it, and
//     a guardian kills the whole group. A descendant cannot leave it by a new session.
//
// Out of reach is a descendant in another process group without such a control group. With one, it is
// out of reach only if the parent and both guardians die before a replacement runs (milliseconds).
// Windows has a Job Object instead.
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
