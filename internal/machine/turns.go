package machine

import "time"

// Turns is the time that a process has had on the CPUs since its start, and whether it could use more.
type Turns struct {
	Ran      time.Duration // on a CPU, all threads together
	Waited   time.Duration // for a CPU, while a thread could run; without a wait that lasts still
	Runnable bool          // a thread runs, or waits for a CPU, now
	Held     bool          // a thread is stopped, or in a system call that no signal ends
	Alive    bool          // a thread is: the process has not ended
}

// TurnsOf reads the turns of a process.
func TurnsOf(pid int) Turns { return turnsOf(pid) }

// TurnsOfTree is TurnsOf for a process with its descendants. Ran includes descendants that have ended. Held and Alive
// are about the process alone. Where the kernel does not list the children of a thread, so is all the rest.
func TurnsOfTree(pid int) Turns { return turnsOfTree(pid) }

// GlanceOf is TurnsOf at the cost of one file. It leaves Waited zero, and Runnable and Held are those of the
// first thread. A stop shows all the same, since it stops all threads.
func GlanceOf(pid int) Turns { return glanceOf(pid) }
