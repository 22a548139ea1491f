package run

import (
	"testing"
	"time"

	"brood/internal/process"
	"brood/internal/schedule"
)

// A failure may pass if --retry-on names its exit code, or what ended the command.
func TestJudge(t *testing.T) {
	limits := process.Limits{CPUTime: time.Second, Memory: process.LeastMemory}
	bySignal := process.Exit{Code: -24, Signal: "SIGXCPU", User: time.Second}
	ofShell := process.Exit{Code: 152, User: time.Second}
	outOfMemory := process.Exit{Code: 137, OutOfMemory: true}
	const byCPU, byMemory = "ended by its CPU time limit of 1s", "ended by its memory limit of 32 MiB"
	for name, row := range map[string]struct {
		again     Again
		end       schedule.End
		why       string
		transient bool
	}{
		"well":                   {Again{All: true}, schedule.End{}, "", false},
		"code":                   {Again{Codes: []int{3}}, schedule.End{Exit: process.Exit{Code: 3}}, "exit code 3", true},
		"other code":             {Again{Codes: []int{3}}, schedule.End{Exit: process.Exit{Code: 4}}, "exit code 4", false},
		"asked, well":            {Again{}, schedule.End{Asked: true}, "ended by brood", false},
		"asked, code":            {Again{Codes: []int{0}}, schedule.End{Asked: true}, "ended by brood", false},
		"asked, timeout":         {Again{Timeouts: true}, schedule.End{Asked: true}, "ended by brood", true},
		"limit, signal":          {Again{Signals: true}, schedule.End{Exit: bySignal}, byCPU, true},
		"limit, code":            {Again{Codes: []int{152}}, schedule.End{Exit: bySignal}, byCPU, false},
		"limit of shell, signal": {Again{Signals: true}, schedule.End{Exit: ofShell}, byCPU, true},
		"limit of shell, code":   {Again{Codes: []int{152}}, schedule.End{Exit: ofShell}, byCPU, true},
		"memory, code":           {Again{Codes: []int{137}}, schedule.End{Exit: outOfMemory}, byMemory, true},
		"memory, other code":     {Again{Codes: []int{152}}, schedule.End{Exit: outOfMemory}, byMemory, false},
	} {
		c := &commands{Command: &Command{OK: []int{0}, Again: row.again}, run: &run{spec: &Spec{Limits: limits}}}
		if why, transient := c.judge(row.end); why != row.why || transient != row.transient {
			t.Errorf("%s: %q, transient %t; want %q, %t", name, why, transient, row.why, row.transient)
		}
	}
}
