package view_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// drawn returns the frame of a recorded run. after is the time since the beginning of the run.
func drawn(t *testing.T, recorded string, after time.Duration, columns, rows int) string {
	t.Helper()
	var s status.Standing
	var begun time.Time
	for _, e := range read(t, recorded) {
		if e.Kind == event.Begun {
			begun = e.Time
		}
		s.Apply(e)
	}
	return view.Progress{}.Frame(&s, begun.Add(after), columns, rows)
}

const underWay = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"hash":"xxh128"}
{"time":"2026-03-01T12:00:00Z","kind":"measured","items":12,"size":1073741824}
{"time":"2026-03-01T12:00:00Z","kind":"started","name":"copy-1","pid":41,"file":"holiday/on the beach/sunrise over the sea.mp4","items":1}
{"time":"2026-03-01T12:00:00Z","kind":"started","name":"copy-2","pid":42,"file":"b.mov","items":3}
{"time":"2026-03-01T12:00:00Z","kind":"started","name":"copy-3","pid":43,"file":"日本語の長い名前のファイル.mov","items":1}
{"time":"2026-03-01T12:00:00Z","kind":"started","name":"copy-4","pid":44,"file":"d.mov","items":1}
{"time":"2026-03-01T12:00:01Z","kind":"copied","name":"copy-2","pid":42,"file":"b.mov","bytes":1048576}
{"time":"2026-03-01T12:00:02Z","kind":"progress","name":"copy-1","pid":41,"file":"holiday/on the beach/sunrise over the sea.mp4","bytes":104857600,"size":209715200}
{"time":"2026-03-01T12:00:02Z","kind":"progress","name":"copy-2","pid":42,"file":"\u001b[2J.mov","bytes":1048576,"size":4194304,"phase":"verifying"}
{"time":"2026-03-01T12:00:02Z","kind":"progress","name":"copy-3","pid":43,"file":"日本語の長い名前のファイル.mov","bytes":10485760,"size":104857600,"phase":"syncing"}
{"time":"2026-03-01T12:00:04Z","kind":"failed","file":"e.mov","error":"x"}
{"time":"2026-03-01T12:00:04Z","kind":"silent","name":"copy-4","pid":44,"file":"d.mov","reason":"no progress","state":"D"}
`

func TestProgress(t *testing.T) {
	for _, row := range []struct {
		columns, rows int
		want          string
	}{
		{100, 24, `▕█▍                       ▏    5 %  115 MiB of 1.0 GiB  2 of 12 files  27 MiB/s  1:12 left  1 failed
  copy-1 41  holiday/on the beach/sunrise over the sea.mp4         50 %    22 MiB/s  copying
  copy-2 42  2/3 "\x1b[2J.mov"                                     25 %   659 KiB/s  verifying
  copy-3 43  日本語の長い名前のファイル.mov                        10 %   2.2 MiB/s  syncing
  copy-4 44  d.mov                                                            0 B/s  no progress (D)
`},
		{60, 24, `  5 %  115 MiB of 1.0 GiB  27 MiB/s  1:12 left  1 failed
  copy-1  holi…e sea.mp4   50 %    22 MiB/s  copying
  copy-2  2/3 "\x…J.mov"   25 %   659 KiB/s  verifying
  copy-3  日本…イル.mov    10 %   2.2 MiB/s  syncing
  copy-4  d.mov                       0 B/s  no progress (D)
`},
		{44, 10, `  5 %  27 MiB/s  1:12 left  1 failed
  holid… the sea.mp4   50 %  copying
  2/3 "\x1b[2J.mov"    25 %  verifying
  日本…ファイル.mov    10 %  syncing
  d.mov                      no progress (D)
`},
		{24, 24, `  5 %  1 failed
  holiday…er the sea.mp4
  2/3 "\x1b[2J.mov"
  日本語…のファイル.mov
  d.mov
`},
		{80, 8, `  5 %  115 MiB of 1.0 GiB  2 of 12 files  27 MiB/s  1:12 left  1 failed
  copy-1 41  holiday/on…ise over the sea.mp4   50 %    22 MiB/s  copying
  copy-4 44  d.mov                                        0 B/s  no progress (D)
  … and 2 more at work
`},
	} {
		t.Run(fmt.Sprint(row.columns, "x", row.rows), func(t *testing.T) {
			if got := drawn(t, underWay, 4*time.Second, row.columns, row.rows); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

// TestProgressFits: no line is wider than the terminal, and the frame leaves half of the rows free.
func TestProgressFits(t *testing.T) {
	for columns := range 200 {
		for _, rows := range []int{1, 2, 3, 5, 10, 24} {
			frame := drawn(t, underWay, 4*time.Second, columns+1, rows)
			lines := strings.Split(strings.TrimSuffix(frame, "\n"), "\n")
			if len(lines) > max(1, rows/2) {
				t.Fatalf("%d lines on %d rows:\n%s", len(lines), rows, frame)
			}
			for _, line := range lines {
				if n := uniseg.StringWidth(line); n > columns+1 || strings.Contains(line, "\x1b") {
					t.Fatalf("a line has %d columns, want at most %d: %q", n, columns+1, line)
				}
			}
		}
	}
}

// TestProgressOfMany: silent children come first, then the fastest. The others are counted.
func TestProgressOfMany(t *testing.T) {
	var s status.Standing
	begun := time.Unix(1000, 0)
	s.Apply(event.Event{Time: begun, Kind: event.Begun})
	for n := range 300 {
		pid := 100 + n
		s.Apply(event.Event{Time: begun, Kind: event.Started, Name: fmt.Sprint("copy-", n), PID: pid, File: "f"})
		progress := event.Event{Time: begun.Add(time.Second), Kind: event.Progress, PID: pid, File: "f", Size: 1e6}
		progress.Bytes = int64(1000 * (n + 1))
		s.Apply(progress)
	}
	s.Apply(event.Event{Time: begun.Add(time.Second), Kind: event.Silent, PID: 103, Reason: "stopped", State: "T"})
	frame := view.Progress{}.Frame(&s, begun.Add(time.Second), 80, 10)
	var names []string
	for _, line := range strings.Split(frame, "\n")[1:4] {
		names = append(names, strings.Fields(line)[0])
	}
	if got := strings.Join(names, " "); got != "copy-3 copy-298 copy-299" {
		t.Errorf("the frame shows %s\n%s", got, frame)
	}
	if !strings.Contains(frame, "… and 297 more at work") {
		t.Errorf("the other children are not counted:\n%s", frame)
	}
}

// TestProgressColor: only trouble has a colour, and colours do not change the layout.
func TestProgressColor(t *testing.T) {
	var s status.Standing
	var last event.Event
	for _, last = range read(t, underWay) {
		s.Apply(last)
	}
	colored := view.Progress{Color: true}.Frame(&s, last.Time, 80, 24)
	if n := strings.Count(colored, "\x1b[m"); n != 2 {
		t.Errorf("%d coloured places, want the failure and the silent child:\n%q", n, colored)
	}
	plain := view.Progress{}.Frame(&s, last.Time, 80, 24)
	if strings.NewReplacer("\x1b[m", "", "\x1b[31m", "", "\x1b[33m", "").Replace(colored) != plain {
		t.Errorf("colours change the text:\n%s\n%s", colored, plain)
	}
}

// TestProgressBeforeTheRun: before the run begins, the frame is empty.
func TestProgressBeforeTheRun(t *testing.T) {
	if got := (view.Progress{}).Frame(&status.Standing{}, time.Now(), 80, 24); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
