package census

import (
	"testing"
	"time"
)

func TestMoved(t *testing.T) {
	for name, row := range map[string]struct {
		p    Process
		want int64
		ok   bool
	}{
		"a copy":                    {Process{IO: &IO{Read: 1000, Written: 1010}}, 1010, true},
		"a copy that was read back": {Process{IO: &IO{Read: 2000, Written: 1000}}, 2000, true},
		"a parent and its children": {
			Process{IO: &IO{Read: 5}, Children: []*Process{{IO: &IO{Read: 10}}, {IO: &IO{Written: 20}}}}, 35, true,
		},
		"unknown": {Process{}, 0, false},
		"unknown of one child": {
			Process{IO: &IO{Read: 5}, Children: []*Process{{}, {IO: &IO{Read: 7}}}}, 12, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := row.p.Moved(); got != row.want || ok != row.ok {
				t.Errorf("moved %d, %v, want %d, %v", got, ok, row.want, row.ok)
			}
		})
	}
}

func TestRates(t *testing.T) {
	at := time.Now()
	before := &Census{At: at, Broods: []*Process{
		{PID: 1, started: 7, IO: &IO{Read: 100}},
		{PID: 2, started: 7, IO: &IO{Read: 100}},
	}}
	aged := func(pid int, started uint64, read int64) Process {
		return Process{PID: pid, started: started, Age: 10 * time.Second, IO: &IO{Read: read}}
	}
	for name, row := range map[string]struct {
		p      Process
		before *Census
		want   float64
	}{
		"since its start":           {aged(1, 7, 300), nil, 30},
		"since the last census":     {aged(1, 7, 300), before, 100},
		"another with the same PID": {aged(1, 8, 300), before, 30},
		"less than before":          {aged(2, 7, 50), before, 0},
		"just started":              {Process{PID: 3, IO: &IO{Read: 300}}, before, 0},
		"unknown":                   {Process{PID: 1, started: 7, Age: time.Second}, before, 0},
	} {
		t.Run(name, func(t *testing.T) {
			now := &Census{At: at.Add(2 * time.Second), Broods: []*Process{&row.p}}
			now.Rated(row.before)
			if row.p.Rate != row.want {
				t.Errorf("rate %v, want %v", row.p.Rate, row.want)
			}
		})
	}
}
