package machine

import (
	"fmt"
	"slices"
	"strings"
)

// held lists the states, from the most held up to the least. t is a stop by a tracer.
const held = "DTtSRIZX"

// idle are words from the names of the kernel functions that Go's idle threads sleep in: futex_wait_queue,
// futex_do_wait; ep_poll, do_epoll_wait; hrtimer_nanosleep. The names differ between versions, these words do
// not.
var idle = []string{"futex", "ep_poll", "epoll", "nanosleep"}

func sleepOf(pid int) (worst Sleep) {
	for _, thread := range numbered(fmt.Sprintf("/proc/%d/task", pid)) {
		fields := Stat(thread + "/stat")
		if len(fields) == 0 {
			continue
		}
		channel, _ := ReadFile(thread + "/wchan")
		sleep := Sleep{State: fields[0]}
		if string(channel) != "0" { // "0": it runs, or this process may not know
			sleep.Channel = string(channel)
		}
		if worst.State == "" || sleep.rank() < worst.rank() {
			worst = sleep
		}
	}
	return worst
}

// rank is the lower, the more the state holds a process up.
func (s Sleep) rank() int {
	if s.State == "S" && s.idle() {
		return len(held)
	}
	return strings.Index(held, s.State)
}

func (s Sleep) idle() bool {
	return s.Channel == "" || slices.ContainsFunc(idle,
		func(word string) bool { return strings.Contains(s.Channel, word) })
}
