package view_test

import (
	"testing"
	"time"
)

const commandsBegun = `{"time":"2026-03-01T12:00:00Z","kind":"begun","version":3,"pid":40,"command":["gzip"]}
`

const commandsMeasured = `{"time":"2026-03-01T12:00:00Z","kind":"measured","items":20}
`

const commandsRun = `{"time":"2026-03-01T12:00:00Z","kind":"started","name":"run-1","pid":41,"file":"a","items":1,"seq":1}
{"time":"2026-03-01T12:00:01Z","kind":"exited","name":"run-1","pid":41,"file":"a","exitcode":0}
{"time":"2026-03-01T12:00:01Z","kind":"ran","name":"run-1","pid":41,"file":"a"}
`

// TestProgressOfCommands draws a run of commands whose number is known, and one whose number is not.
func TestProgressOfCommands(t *testing.T) {
	for recorded, want := range map[string]string{
		commandsBegun + commandsRun:                    "1 command  0:04 so far\n",
		commandsBegun + commandsMeasured + commandsRun: "▕█▍                          ▏    5 %  1 of 20 commands  1:16 left\n",
	} {
		if got := drawn(t, recorded, 4*time.Second, 100, 24); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}
