package view_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"
)

// beforeTasks is a run whose tasks still wait. In onNodes two tasks with the same PID run.
const beforeTasks = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40}
{"time":"2026-03-01T12:00:00Z","kind":"measured","items":12,"size":1073741824}
{"time":"2026-03-01T12:00:00Z","kind":"submitted","array":"81","tasks":4,"items":12,"size":1073741824}
{"time":"2026-03-01T12:00:00Z","kind":"pending","tasks":4,"reason":"Resources"}
`

const onNodes = beforeTasks + `{"time":"2026-03-01T12:00:01Z","kind":"started","name":"task-1","node":"n1","task":"81_0","pid":50,"ppid":40,"file":"a.mov","items":3}
{"time":"2026-03-01T12:00:01Z","kind":"started","name":"task-2","node":"gpu-cabinet-with-a-long-name-2","task":"81_1","pid":50,"ppid":40,"file":"b.mov","items":3}
{"time":"2026-03-01T12:00:01Z","kind":"started","name":"copy-1","node":"n1","pid":51,"ppid":50,"file":"holiday/on the beach/sunrise over the sea.mp4","items":1}
{"time":"2026-03-01T12:00:01Z","kind":"started","name":"copy-2","node":"gpu-cabinet-with-a-long-name-2","pid":51,"ppid":50,"file":"b.mov","items":1}
{"time":"2026-03-01T12:00:03Z","kind":"progress","name":"copy-1","node":"n1","pid":51,"file":"holiday/on the beach/sunrise over the sea.mp4","bytes":104857600,"size":209715200}
{"time":"2026-03-01T12:00:03Z","kind":"progress","name":"copy-2","node":"gpu-cabinet-with-a-long-name-2","pid":51,"file":"b.mov","bytes":1048576,"size":4194304}
`

func TestProgressOfACluster(t *testing.T) {
	for _, row := range []struct {
		record  string
		columns int
		want    string
	}{
		{beforeTasks, 130, `▕                            ▏    0 %  0 B of 1.0 GiB  0 of 12 files  0 B/s  0:04 so far  4 tasks waiting  (Resources)
`},
		{beforeTasks, 60, `  0 %  0 B/s  0:04 so far  4 tasks waiting  (Resources)
`},
		{beforeTasks, 30, `  0 %  4 tasks waiting
`},
		{onNodes, 130, `▕█▍             ▏    9 %  101 MiB of 1.0 GiB  0 of 12 files  24 MiB/s  0:39 left  2 tasks on 2 nodes  2 tasks waiting  (Resources)
  copy-2 51@gpu-c…ong-name-2  b.mov                                                                      25 %   320 KiB/s  copying
  copy-1 51@n1                holiday/on the beach/sunrise over the sea.mp4                              50 %    31 MiB/s  copying
`},
		{onNodes, 90, `  9 %  101 MiB of 1.0 GiB  0 of 12 files  24 MiB/s  0:39 left  2 tasks on 2 nodes
  copy-2 51@gpu-c…ong-name-2  b.mov                              25 %   320 KiB/s  copying
  copy-1 51@n1                holiday/on…rise over the sea.mp4   50 %    31 MiB/s  copying
`},
		{onNodes, 66, `  9 %  101 MiB of 1.0 GiB  0 of 12 files  24 MiB/s  0:39 left
  copy-2@gpu-c…ong-name-2  b.mov         25 %   320 KiB/s  copying
  copy-1@n1                hol…sea.mp4   50 %    31 MiB/s  copying
`},
		{onNodes, 44, `▕█▍            ▏    9 %  24 MiB/s  0:39 left
  b.mov                        25 %  copying
  holiday/… over the sea.mp4   50 %  copying
`},
	} {
		t.Run(fmt.Sprint(row.columns), func(t *testing.T) {
			if got := drawn(t, row.record, 4*time.Second, row.columns, 24); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

// TestProgressOfAClusterFits: no line is wider than the terminal.
func TestProgressOfAClusterFits(t *testing.T) {
	for columns := 1; columns < 160; columns++ {
		for _, record := range []string{beforeTasks, onNodes} {
			for _, line := range strings.Split(drawn(t, record, 4*time.Second, columns, 24), "\n") {
				if n := uniseg.StringWidth(line); n > columns {
					t.Fatalf("a line has %d columns, want at most %d: %q", n, columns, line)
				}
			}
		}
	}
}
