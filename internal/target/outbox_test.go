package target

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
)

// sent keeps what each write got.
type sent []string

func (s *sent) Write(p []byte) (int, error) {
	*s = append(*s, string(p))
	return len(p), nil
}

// An event waits for others, and never longer than 10 ms.
func TestOutbox(t *testing.T) {
	const ms = time.Millisecond
	type step struct {
		pause time.Duration // before it
		event bool          // false: nothing comes any more
		flush bool          // then
	}
	next := func(pause time.Duration) step { return step{pause: pause, event: true} }
	for name, row := range map[string]struct {
		delay  time.Duration
		steps  []step
		writes []int // how many events each write has
	}{
		"one name":             {0, []step{next(0), next(0), next(0)}, []int{1, 1, 1}},
		"several at once":      {holdDelay, []step{next(0), next(0), next(0), {flush: true}}, []int{3}},
		"one by one":           {holdDelay, []step{next(0), next(4 * ms), next(4 * ms), next(9 * ms), {flush: true}}, []int{3, 1}},
		"nothing after it":     {holdDelay, []step{next(0), next(9 * ms), {pause: ms}}, []int{2}},
		"a file takes long":    {holdDelay, []step{next(0), {flush: true}, next(time.Hour), {pause: 10 * ms}}, []int{1, 1}},
		"a file hangs":         {holdDelay, []step{next(0), next(0), {pause: time.Hour}}, []int{2}},
		"the next ones, again": {holdDelay, []step{next(0), {pause: time.Hour}, next(0), {pause: 10 * ms}}, []int{1, 1}},
		"nothing to flush":     {holdDelay, []step{{flush: true}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var writes sent
				o := newOutbox(&writes)
				o.delay = row.delay
				for _, s := range row.steps {
					time.Sleep(s.pause)
					synctest.Wait() // the timer has done its work
					if s.event {
						o.send(event.Event{Time: time.Now(), Kind: event.Copied, File: "f"})
					}
					if s.flush {
						o.flush()
					}
				}
				var got []int
				for _, w := range writes {
					got = append(got, strings.Count(w, "\n"))
				}
				if !slices.Equal(got, row.writes) {
					t.Errorf("events in each write: %v, want %v", got, row.writes)
				}
			})
		})
	}
}

// A quick child writes 16 KiB at once: at least a hundred events about files with short names. All come, in order.
func TestOutboxIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var writes sent
		var each bytes.Buffer
		o := newOutbox(&writes)
		o.delay = holdDelay
		const n = 2000
		for i := range n {
			e := event.Event{Time: time.Now(), Kind: event.Copied, File: "f", Bytes: int64(i), Method: "read-write"}
			o.send(e)
			_ = event.Write(&each, e)
		}
		o.flush()
		if most := n / 100; len(writes) > most {
			t.Errorf("%d writes for %d events, want at most %d", len(writes), n, most)
		}
		for _, w := range writes {
			if len(w) > holdRoom+200 {
				t.Errorf("a write of %d bytes, want at most a line more than %d", len(w), holdRoom)
			}
		}
		if got := strings.Join(writes, ""); got != each.String() {
			t.Errorf("%d bytes, want the same %d as one by one", len(got), each.Len())
		}
	})
}

// An event that JSON cannot hold is left out, and does no harm to others.
func TestOutboxWithoutALine(t *testing.T) {
	var writes sent
	o := newOutbox(&writes)
	o.send(event.Event{Time: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)})
	o.send(event.Event{Kind: event.Copied})
	if len(writes) != 1 || strings.Count(writes[0], "\n") != 1 {
		t.Errorf("%q, want one line", writes)
	}
}
