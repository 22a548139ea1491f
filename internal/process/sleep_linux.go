package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// held are the states from the one which holds a process up the most. t is a stop by a tracer.
const held = "DTtSRIZX"

// idle are the kernel's functions in which Go has its threads sleep that have nothing to do, by words that all
// versions have: futex_wait_queue, futex_do_wait; ep_poll, do_epoll_wait; hrtimer_nanosleep.
var idle = []string{"futex", "ep_poll", "epoll", "nanosleep"}

func sleepOf(pid int) (worst Sleep) {
	stats, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, stat := range stats {
		fields := Stat(stat)
		if len(fields) == 0 {
			continue
		}
		channel, _ := os.ReadFile(filepath.Join(filepath.Dir(stat), "wchan"))
		sleep := Sleep{State: fields[0]}
		if string(channel) != "0" { // it runs, or we may not know
			sleep.Channel = string(channel)
		}
		if worst.State == "" || sleep.heldMoreThan(worst) {
			worst = sleep
		}
	}
	return worst
}

func (s Sleep) heldMoreThan(other Sleep) bool { return s.rank() < other.rank() }

func (s Sleep) rank() int {
	if s.State == "S" && s.idle() { // or it has gone on meanwhile
		return len(held)
	}
	return strings.Index(held, s.State)
}

func (s Sleep) idle() bool {
	return s.Channel == "" || slices.ContainsFunc(idle, func(word string) bool { return strings.Contains(s.Channel, word) })
}
