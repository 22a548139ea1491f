package machine

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// userHz is the unit of CPU time in stat files, in 1/s. It does not depend on the kernel's own clock
// (proc_pid_stat(5)).
const userHz = 100

func turnsOf(pid int) (all Turns) {
	for _, thread := range numbered(fmt.Sprintf("/proc/%d/task", pid)) {
		t := turnsIn(thread + "/stat")
		// A kernel without schedstat has no such file, or zeros in it.
		text, _ := ReadFile(thread + "/schedstat")
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			ran, _ := strconv.ParseInt(fields[0], 10, 64)
			waited, _ := strconv.ParseInt(fields[1], 10, 64)
			t.Ran, t.Waited = max(t.Ran, time.Duration(ran)), time.Duration(waited)
		}
		all.Ran, all.Waited = all.Ran+t.Ran, all.Waited+t.Waited
		all.Runnable, all.Held, all.Alive = all.Runnable || t.Runnable, all.Held || t.Held, all.Alive || t.Alive
	}
	return all
}

func turnsOfTree(pid int) Turns {
	all := turnsOf(pid)
	if fields := Stat(fmt.Sprintf("/proc/%d/stat", pid)); len(fields) > 14 { // of the children that it has reaped
		user, _ := strconv.ParseInt(fields[13], 10, 64)
		system, _ := strconv.ParseInt(fields[14], 10, 64)
		all.Ran += time.Duration(user+system) * time.Second / userHz
	}
	for _, thread := range numbered(fmt.Sprintf("/proc/%d/task", pid)) {
		children, _ := ReadFile(thread + "/children")
		for _, child := range strings.Fields(string(children)) {
			n, _ := strconv.Atoi(child)
			t := turnsOfTree(n)
			all.Ran, all.Waited, all.Runnable = all.Ran+t.Ran, all.Waited+t.Waited, all.Runnable || t.Runnable
		}
	}
	return all
}

func glanceOf(pid int) Turns { return turnsIn(fmt.Sprintf("/proc/%d/stat", pid)) }

// turnsIn reads a stat file, of a thread or of the process.
func turnsIn(stat string) Turns {
	fields := Stat(stat)
	if len(fields) < 13 {
		return Turns{}
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return Turns{
		Ran:      time.Duration(user+system) * time.Second / userHz,
		Runnable: fields[0] == "R",
		Held:     strings.Contains("DTt", fields[0]),
		Alive:    !strings.Contains("ZX", fields[0]),
	}
}
