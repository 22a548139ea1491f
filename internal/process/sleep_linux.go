package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// held are the states from the one which holds a process up the most. t is a stop by a tracer.
const held = "DTtSRIZX"

func sleepOf(pid int) (worst Sleep) {
	stats, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, stat := range stats {
		text, _ := os.ReadFile(stat)
		// The name in brackets may hold anything, brackets too.
		_, rest, _ := strings.Cut(string(text[max(bytes.LastIndexByte(text, ')'), 0):]), " ")
		state, _, _ := strings.Cut(rest, " ")
		if state == "" || worst.State != "" && strings.Index(held, state) >= strings.Index(held, worst.State) {
			continue
		}
		channel, _ := os.ReadFile(filepath.Join(filepath.Dir(stat), "wchan"))
		worst = Sleep{State: state}
		if string(channel) != "0" { // it runs, or we may not know
			worst.Channel = string(channel)
		}
	}
	return worst
}
